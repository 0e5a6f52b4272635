//! Dockerfiles: each file is a unit.
//!
//! | target | address | what it is |
//! |---|---|---|
//! | `dockerfile` | `Dockerfile` | the file: `directives`, `arguments` (global `ARG`s by name), `stages` (list of `name`, `index`), `stage_count` |
//! | `dockerfile/stage` | the stage's name, or `stage INDEX` | one stage, see below |
//! | `dockerfile/from` … `dockerfile/workdir` | `STAGE/run[INDEX]` | one instruction, see below |
//!
//! A **stage** has `index`, `name` (in lower case; absent where it has none), `final` (whether it is the last one),
//! `base` (an image: `text`, `registry`, `repository`, `tag`, `digest`; and `from_stage`, the name of an earlier stage,
//! in place of all but `text`), `platform`, and what is in effect at its end, taken over from the stages that it builds
//! on: `user`, `group`, `workdir`, `healthcheck` (`none`, or as the instruction), `entrypoint`, `cmd`, `shell` (lists of
//! words or the text), `exposed` (ports), `env` (by name). What no stage says is absent: it is what the base image says.
//! `instructions` are its own.
//!
//! An **instruction** has the fields that [`crate::syntax::dockerfile`] describes, and `stage` (name or index),
//! `final` (whether it is in the last stage), and by its kind: `RUN` the `shell` in effect where one is set and the
//! `user` that it runs as where that is known; `EXPOSE` `ports` as numbers and `{from, to}`; `FROM` the `base`.
//!
//! Values of `ARG` and `ENV` are filled in where they are known; else the value is unknown and depends on `ARG NAME`.

use smol_str::SmolStr;

use self::stage::{Stage, read_stages};
use super::{Group, Kind, ParsedFile, Resource, Unit, View, by_file};
use crate::syntax::Syntax;
use crate::syntax::tree::{Map, Node, Place, Value};

mod expand;
mod stage;

/// Dockerfiles and Containerfiles.
#[derive(Debug)]
pub struct Dockerfile;

impl Kind for Dockerfile {
    fn name(&self) -> &'static str {
        "dockerfile"
    }

    fn claims(&self, file: &ParsedFile, _: &View<'_>) -> bool {
        Syntax::of(&file.path) == Some(Syntax::Dockerfile) && !file.trees().is_empty()
    }

    fn groups<'a>(&self, files: &[&'a ParsedFile]) -> Vec<Group<'a>> {
        by_file(files)
    }

    fn build(&self, group: &Group<'_>, _: &View<'_>) -> Unit {
        build(group)
    }
}

/// Lowers the one file of a group.
fn build(group: &Group<'_>) -> Unit {
    let mut unit = Unit { kind: "dockerfile", name: group.name.clone(), ..Unit::default() };
    for file in &group.files {
        for tree in file.trees() {
            let (globals, stages) = read_stages(file, tree);
            unit.resources.push(whole(file, tree, &globals, &stages));
            for stage in &stages {
                unit.resources.push(stage.resource());
                unit.resources.extend(stage.instructions());
            }
        }
    }
    unit
}

/// The file as a resource.
fn whole(file: &ParsedFile, tree: &Node, globals: &Map, stages: &[Stage]) -> Resource {
    let place = Place::whole(file.id);
    let mut map = Map::default();
    if let Some(directives) = tree.get("directives") {
        map.push("directives", place, directives.clone());
    }
    map.push("arguments", place, Node::map(globals.clone(), place));
    let short = |stage: &Stage| {
        let mut short = Map::default();
        short.push("index", stage.header, stage.index_node());
        if let Some(name) = &stage.name {
            short.push("name", name.place, name.clone());
        }
        Node::map(short, stage.header)
    };
    map.push("stages", place, Node::list(stages.iter().map(short).collect(), place));
    map.push("stage_count", place, Node::new(Value::Number(stages.len() as f64), place));
    let header = stages.first().map_or(place, |first| first.header);
    Resource {
        target: SmolStr::new_static("dockerfile"),
        address: SmolStr::new_static("Dockerfile"),
        names: Vec::new(),
        tree: Node::map(map, place),
        header,
        extent: tree.place,
        owner: None,
        call_chain: Vec::new(),
        converts_scalars: true,
    }
}

#[cfg(test)]
mod tests;
