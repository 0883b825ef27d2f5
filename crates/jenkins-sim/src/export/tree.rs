//! What of an object is asked for: `tree=jobs[name,builds[number]{0,10}]`, or `depth=1`.

/// A `tree` that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeError(pub(crate) String);

/// Named properties, each with what of it and which of its elements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    children: Vec<(String, Self, Option<Range>)>,
}

/// `{m,n}`: from the m-th, before the n-th element; `{n}` is the n-th alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    from: usize,
    to: usize,
}

impl Default for Range {
    fn default() -> Self {
        Self { from: 0, to: usize::MAX }
    }
}

impl Range {
    pub(super) fn of<T>(self, list: &[T]) -> impl Iterator<Item = &T> {
        list.iter().skip(self.from).take(self.to.saturating_sub(self.from))
    }

    fn read(text: &str) -> Option<Self> {
        let bound =
            |text: &str, default: usize| if text.is_empty() { Some(default) } else { text.parse().ok() };
        match text.split_once(',') {
            Some((from, to)) => {
                Some(Self { from: bound(from.trim(), 0)?, to: bound(to.trim(), usize::MAX)? })
            }
            None => {
                let at: usize = text.trim().parse().ok()?;
                Some(Self { from: at, to: at.saturating_add(1) })
            }
        }
    }
}

/// Which properties of an object are written.
#[derive(Debug, Clone)]
pub(crate) enum Selection<'a> {
    /// Those that are seen from this far.
    Depth(i32),
    Tree(&'a Tree),
}

impl Selection<'_> {
    /// By depth, from the object whose page it is.
    pub(crate) fn of_depth(depth: i32) -> Self {
        Self::Depth(1i32.saturating_sub(depth))
    }

    /// How the value of a property is to be written, if it is.
    pub(super) fn property(&self, name: &str, visibility: i32) -> Option<(Self, Option<Range>)> {
        match self {
            Self::Depth(distance) => {
                (visibility >= *distance).then(|| (Self::Depth(distance.saturating_add(1)), None))
            }
            Self::Tree(tree) => {
                let child = |wanted: &str| tree.children.iter().find(|(known, ..)| known == wanted);
                child(name).or_else(|| child("*")).map(|(_, inner, range)| (Self::Tree(inner), *range))
            }
        }
    }
}

impl Tree {
    pub(crate) fn read(text: &str) -> Result<Self, TreeError> {
        let mut rest = text;
        let tree = list(&mut rest, 0)?;
        if rest.is_empty() { Ok(tree) } else { Err(wrong(rest)) }
    }
}

fn wrong(rest: &str) -> TreeError {
    TreeError(format!("Unexpected token in the tree parameter: {}", rest.chars().next().unwrap_or(' ')))
}

/// Deeper than any page.
const DEEPEST: usize = 32;

fn list(rest: &mut &str, depth: usize) -> Result<Tree, TreeError> {
    if depth > DEEPEST {
        return Err(TreeError("The tree parameter is nested too deep".to_owned()));
    }
    let mut tree = Tree::default();
    loop {
        let end = rest.find([',', '[', ']', '{', '}']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        *rest = after;
        let inner = match rest.strip_prefix('[') {
            Some(inside) => {
                *rest = inside;
                let inner = list(rest, depth + 1)?;
                *rest = rest.strip_prefix(']').ok_or_else(|| wrong(rest))?;
                inner
            }
            None => Tree::default(),
        };
        let mut range = None;
        if let Some(inside) = rest.strip_prefix('{') {
            let (text, after) = inside.split_once('}').ok_or_else(|| wrong(inside))?;
            range = Some(Range::read(text).ok_or_else(|| wrong(inside))?);
            *rest = after;
        }
        if !name.trim().is_empty() {
            tree.children.push((name.trim().to_owned(), inner, range));
        }
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Ok(tree),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_nest_and_have_ranges() {
        let tree = Tree::read("name,builds[number,actions[causes[*]]]{0,10}").unwrap();
        assert_eq!(tree.children.len(), 2);
        let (name, builds, range) = &tree.children[1];
        assert_eq!((name.as_str(), *range), ("builds", Some(Range { from: 0, to: 10 })));
        assert_eq!(builds.children.len(), 2);
        assert!(Tree::read("a[b").is_err());
        assert!(Tree::read("a]").is_err());
        assert!(Tree::read(&"a[".repeat(100)).is_err());
    }

    #[test]
    fn ranges_are_those_of_stapler() {
        let list = [0, 1, 2, 3, 4];
        let of = |text: &str| Range::read(text).unwrap().of(&list).copied().collect::<Vec<_>>();
        assert_eq!(of("1,3"), [1, 2]);
        assert_eq!(of(",2"), [0, 1]);
        assert_eq!(of("3,"), [3, 4]);
        assert_eq!(of("4"), [4]);
    }
}
