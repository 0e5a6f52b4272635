//! XML as a flat row of events, for readers of office documents. Namespaces are told by nobody's prefix: names are local.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use smol_str::SmolStr;

/// One event.
pub(super) enum Xml<'a> {
    /// A start tag; an empty element has one too.
    Open(Tag<'a>),
    /// An end tag.
    Close(SmolStr),
    /// Text between tags.
    Text(Cow<'a, str>),
}

/// A start tag.
pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Its name without prefix.
    pub(super) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// The value of an attribute, by its name without prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        let found = attributes.with_checks(false).flatten().find(|each| each.key.local_name().into_inner() == name)?;
        Some(quick_xml::escape::unescape(&found.value).map_or_else(|_| found.value.to_string(), Cow::into_owned))
    }

    /// Whether a switch that is on when it is only named (`<w:b/>`) is on.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.get("val").as_deref(), Some("0" | "false" | "off" | "none"))
    }
}

/// The events of an XML text.
pub(super) struct Events<'a> {
    reader: Reader<&'a [u8]>,
    /// Whether the text stopped being XML before its end.
    pub(super) is_broken: bool,
}

impl<'a> Events<'a> {
    /// The events of a text.
    pub(super) fn of(text: &'a str) -> Events<'a> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Events { reader, is_broken: false }
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Xml<'a>;

    fn next(&mut self) -> Option<Xml<'a>> {
        if self.is_broken {
            return None;
        }
        loop {
            return Some(match self.reader.read_event() {
                Ok(Event::Start(start) | Event::Empty(start)) => Xml::Open(Tag(start)),
                Ok(Event::End(end)) => Xml::Close(end.local_name().into_inner().into()),
                Ok(Event::Text(text)) => Xml::Text(text.into_inner()),
                Ok(Event::CData(data)) => Xml::Text(data.into_inner()),
                Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                    Ok(Some(letter)) => Xml::Text(letter.to_string().into()),
                    _ => Xml::Text(resolve_xml_entity(&reference).unwrap_or_default().into()),
                },
                Ok(Event::Eof) => return None,
                Ok(_) => continue,
                Err(_) => {
                    self.is_broken = true;
                    return None;
                }
            });
        }
    }
}
