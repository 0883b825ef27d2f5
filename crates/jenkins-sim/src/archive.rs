//! Archives of artifacts.

use std::collections::BTreeMap;

use bytes::Bytes;

/// A ZIP archive of files, stored as they are.
pub(crate) fn zip(files: &BTreeMap<String, Bytes>) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (path, content) in files {
        let at = u32(archive.len());
        // Version, flags (names are UTF-8), method (stored), time, date, checksum, sizes, length of the name, extras.
        let mut common = Vec::new();
        for half in [20u16, 0x0800, 0, 0, 0x21] {
            common.extend(half.to_le_bytes());
        }
        for word in [checksum(content), u32(content.len()), u32(content.len())] {
            common.extend(word.to_le_bytes());
        }
        common.extend(u16(path.len()).to_le_bytes());
        common.extend([0, 0]);
        archive.extend(*b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(path.as_bytes());
        archive.extend(content);
        directory.extend(*b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        // The comment's length, disk, attributes within and without.
        directory.extend([0; 10]);
        directory.extend(at.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let (begin, count) = (u32(archive.len()), u16(files.len()));
    archive.extend(&directory);
    archive.extend(*b"PK\x05\x06\x00\x00\x00\x00");
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(u32(directory.len()).to_le_bytes());
    archive.extend(begin.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

fn u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn u16(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// CRC-32, as ZIP has it.
fn checksum(content: &[u8]) -> u32 {
    !content.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}
