//! Files of a crate import in one direction: of two files that need each other, a third has what both need.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use super::source::{Source, module_of};

/// A circle: the files on it, the first of them again at the end, and the line where the first names the second.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Circle {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) line: usize,
}

/// A file of a crate, at its path below the crate's root module.
pub(crate) struct Read {
    pub(crate) path: PathBuf,
    pub(crate) source: Source,
}

/// The shortest circle through each file that no circle shown before goes through.
pub(crate) fn circles(files: &[Read]) -> Vec<Circle> {
    let graph = Graph::of(files);
    let mut shown = vec![false; files.len()];
    let mut found = Vec::new();
    for start in 0..files.len() {
        if shown[start] {
            continue;
        }
        let Some(circle) = graph.shortest(start) else { continue };
        for file in &circle {
            shown[*file] = true;
        }
        let line = graph.edges[circle[0]][&circle[1]];
        found.push(Circle { files: circle.iter().map(|file| files[*file].path.clone()).collect(), line });
    }
    found
}

struct Graph {
    /// For each file those that it names, with the first line where it does.
    edges: Vec<BTreeMap<usize, usize>>,
}

impl Graph {
    fn of(files: &[Read]) -> Self {
        let modules: BTreeMap<Vec<String>, usize> =
            files.iter().enumerate().map(|(at, file)| (module_of(&file.path), at)).collect();
        let edges = files
            .iter()
            .enumerate()
            .map(|(from, file)| {
                let mut edges = BTreeMap::new();
                for named in &file.source.named {
                    let Some(to) = defined_in(files, &modules, named.segments.clone()) else { continue };
                    if to != from && !is_inside(&files[to].path, &file.path) {
                        edges.entry(to).or_insert(named.line);
                    }
                }
                edges
            })
            .collect();
        Self { edges }
    }

    fn shortest(&self, start: usize) -> Option<Vec<usize>> {
        let mut before: BTreeMap<usize, usize> = BTreeMap::new();
        let mut next = VecDeque::from([start]);
        while let Some(at) = next.pop_front() {
            for to in self.edges[at].keys() {
                if *to == start {
                    let mut circle = vec![start, at];
                    while let Some(earlier) = circle.last().and_then(|last| before.get(last)) {
                        circle.push(*earlier);
                    }
                    if circle.last() != Some(&start) {
                        circle.push(start);
                    }
                    circle.reverse();
                    return Some(circle);
                }
                if !before.contains_key(to) && *to != start {
                    before.insert(*to, at);
                    next.push_back(*to);
                }
            }
        }
        None
    }
}

/// Whether a file belongs to the module of another: a module is made of its children, and may name them.
fn is_inside(inner: &Path, outer: &Path) -> bool {
    let (inner, outer) = (module_of(inner), module_of(outer));
    inner.len() > outer.len() && inner.starts_with(&outer)
}

/// The file where a path of the crate leads, through what other files show by `use`.
fn defined_in(
    files: &[Read],
    modules: &BTreeMap<Vec<String>, usize>,
    mut segments: Vec<String>,
) -> Option<usize> {
    for _ in 0..8 {
        if segments.first()? != "crate" {
            return None;
        }
        let depth = (0..segments.len()).rev().find(|depth| modules.contains_key(&segments[1..=*depth]))?;
        let file = modules[&segments[1..=depth]];
        match segments.get(depth + 1).and_then(|name| files[file].source.brought.get(name)) {
            Some(path) if path[..] != segments[..depth + 2] => {
                segments.splice(..depth + 2, path.iter().cloned());
            }
            _ => return Some(file),
        }
    }
    None
}
