//! Changes to a `config.xml` in place.

use roxmltree::Document;

use super::{as_xml_1_0, child};

/// The text with XML's own characters escaped.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// Sets the text of an element below the root, adding it where it is missing.
pub(crate) fn set_element(xml: &str, name: &str, value: &str) -> String {
    set_raw(xml, name, &escape(value))
}

/// Sets `<disabled>`.
pub(crate) fn set_disabled(xml: &str, disabled: bool) -> String {
    set_raw(xml, "disabled", &disabled.to_string())
}

fn set_raw(xml: &str, name: &str, inner: &str) -> String {
    // Both versions have the same length, so positions in one are positions in the other.
    let readable = as_xml_1_0(xml);
    let Ok(document) = Document::parse(&readable) else { return xml.to_owned() };
    let root = document.root_element();
    let element = format!("<{name}>{inner}</{name}>");
    if let Some(node) = child(root, name) {
        let range = node.range();
        let (before, after) = (xml.get(..range.start), xml.get(range.end..));
        return format!("{}{element}{}", before.unwrap_or_default(), after.unwrap_or_default());
    }
    let range = root.range();
    let (inside, after) =
        (xml.get(..range.end).unwrap_or_default(), xml.get(range.end..).unwrap_or_default());
    match inside.rfind("</") {
        Some(close) => {
            let (inside, end) = inside.split_at(close);
            format!("{inside}  {element}\n{end}{after}")
        }
        // `<project/>`
        None => {
            let open = inside.trim_end().trim_end_matches("/>");
            let tag = root.tag_name().name();
            format!("{open}>{element}</{tag}>{after}")
        }
    }
}

/// Sets a job property, given as the whole element, in place of one of the same name.
pub(crate) fn set_property(xml: &str, name: &str, element: &str) -> String {
    let readable = as_xml_1_0(xml);
    let Ok(document) = Document::parse(&readable) else { return xml.to_owned() };
    let Some(properties) = child(document.root_element(), "properties") else {
        return set_raw(xml, "properties", element);
    };
    let kept: String = properties
        .children()
        .filter(|node| node.is_element() && node.tag_name().name() != name)
        .filter_map(|node| xml.get(node.range()))
        .collect();
    set_raw(xml, "properties", &format!("{kept}{element}"))
}
