//! Parts of URLs, encoded as Jenkins does.

use crate::world::short_name;

/// A part of a path with what is not plain in it escaped.
pub(crate) fn encode_part(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"!$&'()*+,-.=@_".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The path of an item below the root, such as `job/infra/job/scale-web/`.
pub(crate) fn item_path(full: &str) -> String {
    full.split('/')
        .filter(|part| !part.is_empty())
        .map(|part| format!("job/{}/", encode_part(part)))
        .collect()
}

/// The name that people see: the folders with ` » ` between.
pub(super) fn display_path(full: &str, last: &str) -> String {
    let folders = full.strip_suffix(short_name(full)).unwrap_or_default();
    folders.split('/').filter(|part| !part.is_empty()).map(|part| format!("{part} » ")).collect::<String>()
        + last
}
