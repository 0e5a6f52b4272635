//! Calls of modules: a called folder is evaluated for each instance of each call, with its arguments as inputs.

use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use smol_str::SmolStr;

use super::evaluate::{Evaluator, Key};
use super::instances::Instance;
use super::library;
use super::module::{Declared, Written};
use crate::kind::Notice;
use crate::syntax::tree::{Node, Place};

/// How deeply modules may call modules.
const MAX_LEVELS: usize = 20;
/// How many calls one unit may have, those of called modules among them.
const MAX_CALLS: usize = 5_000;

/// Who called a module, and with what.
#[derive(Debug)]
pub(super) struct Caller<'m> {
    evaluator: Weak<Evaluator<'m>>,
    call: Declared<'m>,
    instance: Instance,
    /// The extents of the calls, innermost first.
    pub(super) chain: Vec<Place>,
    path: SmolStr,
    root: &'m str,
}

impl<'m> Caller<'m> {
    /// What addresses in the called module start with.
    pub(super) fn path(&self) -> SmolStr {
        self.path.clone()
    }

    /// The folder of the root module.
    pub(super) fn root(&self) -> &'m str {
        self.root
    }

    /// The value of an argument, as the caller sees it.
    pub(super) fn argument(&self, name: &str) -> Option<Node> {
        let caller = self.evaluator.upgrade()?;
        let Written { file, expression } = caller.module.attribute(self.call, name)?;
        let place = Place::span(file, expression.span);
        Some(self.instance.within(place, |scope| caller.evaluate(expression, scope)))
    }
}

/// Where the code of a module is that is not read, in words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Elsewhere {
    Registry,
    Git,
    Archive,
    Folder,
    Computed,
}

impl Elsewhere {
    fn of(source: Option<&SmolStr>) -> Elsewhere {
        let Some(source) = source else { return Elsewhere::Computed };
        let bucket = source.starts_with("s3::") || source.starts_with("gcs::");
        if source.starts_with('.') || source.starts_with('/') {
            Elsewhere::Folder
        } else if source.starts_with("git")
            || source.starts_with("bitbucket.org")
            || source.starts_with("hg::")
            || source.contains(".git")
        {
            Elsewhere::Git
        } else if bucket || source.contains("://") {
            Elsewhere::Archive
        } else {
            Elsewhere::Registry
        }
    }

    fn words(self) -> &'static str {
        match self {
            Elsewhere::Registry => "a module registry",
            Elsewhere::Git => "a repository of its own",
            Elsewhere::Archive => "an archive on a server",
            Elsewhere::Folder => "a folder that is not part of this scan",
            Elsewhere::Computed => "a source that is not written as a plain text",
        }
    }
}

impl<'m> Evaluator<'m> {
    /// The evaluator of what a call calls in one of its instances; none where its code cannot be read.
    pub(super) fn called(&self, call: Declared<'m>, instance: &Instance) -> Option<Rc<Evaluator<'m>>> {
        let [name] = call.block.labels.as_slice() else { return None };
        let key = (name.as_str(), instance.suffix.clone());
        if let Some(known) = self.called.borrow().get(&key) {
            return known.clone();
        }
        let called = self.follow(call, name, instance);
        self.called.borrow_mut().insert(key, called.clone());
        called
    }

    fn follow(&self, call: Declared<'m>, name: &str, instance: &Instance) -> Option<Rc<Evaluator<'m>>> {
        let module = self.world.library.called(&self.module.folder, call)?;
        let outer = self.caller.as_ref().map_or(&[][..], |caller| caller.chain.as_slice());
        if outer.len() >= MAX_LEVELS || self.is_within(&module.folder) {
            self.world.notice(endless(call, &module.folder));
            return None;
        }
        let calls = self.world.calls.get() + 1;
        self.world.calls.set(calls);
        if calls > MAX_CALLS {
            if calls == MAX_CALLS + 1 {
                self.world.notice(too_many(call));
            }
            return None;
        }
        let mut chain = vec![call.place(call.block.span)];
        chain.extend(outer);
        let caller = Caller {
            evaluator: self.own.clone(),
            call,
            instance: instance.clone(),
            chain,
            root: self.caller.as_ref().map_or(&self.module.folder, Caller::root),
            path: smol_str::format_smolstr!("{}module.{name}{}.", self.path, instance.suffix),
        };
        Some(Evaluator::new(module, self.world, Some(caller)))
    }

    /// Whether the module of a folder is this one or one of its callers.
    fn is_within(&self, folder: &str) -> bool {
        if self.module.folder == folder {
            return true;
        }
        let caller = self.caller.as_ref().and_then(|caller| caller.evaluator.upgrade());
        caller.is_some_and(|caller| caller.is_within(folder))
    }

    /// The value of an output, as callers see it; none where the module has no such output.
    pub(super) fn output(&self, name: &str) -> Option<Node> {
        let (name, declared) = self.module.outputs.get_key_value(name)?;
        let value = self.module.attribute(*declared, "value")?;
        let shown = self.address(&format!("output.{name}"));
        Some(self.once(Key::Output(name), &shown, || self.written(value)))
    }
}

fn endless(call: Declared<'_>, folder: &str) -> Notice {
    let message = format!(
        "this call leads back to {folder}, or more than {MAX_LEVELS} modules deep, so it is not followed; Terraform \
         refuses a module that calls itself"
    );
    Notice { id: "module-calls-itself", message, place: call.place(call.block.header) }
}

fn too_many(call: Declared<'_>) -> Notice {
    let message = format!(
        "modules are called more than {MAX_CALLS} times here; further calls are not followed, and what they create is \
         not judged"
    );
    Notice { id: "terraform-too-many-calls", message, place: call.place(call.block.header) }
}

/// Collects the calls of a unit whose code is not read, to tell once for each sort of source.
#[derive(Debug, Default)]
pub(super) struct NotRead {
    sorts: BTreeMap<Elsewhere, (usize, String, Place)>,
}

impl NotRead {
    /// Adds a call.
    pub(super) fn add(&mut self, call: Declared<'_>) {
        let source = library::source(call.block);
        let entry = self.sorts.entry(Elsewhere::of(source)).or_insert_with(|| {
            let label = call.block.labels.first().map_or("", SmolStr::as_str);
            let first = source.map_or_else(|| format!("of module.{label}"), |source| format!("`{source}`"));
            (0, first, call.place(call.block.header))
        });
        entry.0 += 1;
    }

    /// One notice for each sort of source.
    pub(super) fn notices(self) -> impl Iterator<Item = Notice> {
        self.sorts.into_iter().map(|(sort, (count, first, place))| {
            let words = sort.words();
            let message = if count == 1 {
                format!(
                    "the code of one module comes from {words} ({first}) and is not read; what it creates is not judged"
                )
            } else {
                format!(
                    "the code of {count} module calls comes from {words} (the first is {first}) and is not read; what \
                     they create is not judged"
                )
            };
            Notice { id: "module-not-read", message, place }
        })
    }
}
