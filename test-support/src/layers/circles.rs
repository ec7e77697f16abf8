//! Strongly connected components, by Tarjan's algorithm.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
struct Search<'a> {
    targets: BTreeMap<&'a str, Vec<&'a str>>,
    /// When a module was first reached.
    order: BTreeMap<&'a str, usize>,
    stack: Vec<&'a str>,
    circles: Vec<Vec<String>>,
}

pub(super) fn find_circles<'a>(
    names: &'a BTreeSet<String>,
    imports: impl Iterator<Item = &'a (String, String)>,
) -> Vec<Vec<String>> {
    let mut search = Search::default();
    for (from, to) in imports {
        search.targets.entry(from).or_default().push(to);
    }
    for name in names {
        if !search.order.contains_key(name.as_str()) {
            search.visit(name);
        }
    }
    search.circles.sort_by_key(|circle| Reverse(circle.len()));
    search.circles
}

impl<'a> Search<'a> {
    /// Visits a module and all it imports; returns the number of the earliest module on the stack that it reaches. The
    /// depth is at most the number of modules.
    fn visit(&mut self, name: &'a str) -> usize {
        let number = self.order.len();
        self.order.insert(name, number);
        self.stack.push(name);
        let mut lowest = number;
        for target in self.targets.get(name).cloned().unwrap_or_default() {
            match self.order.get(target) {
                None => lowest = lowest.min(self.visit(target)),
                Some(reached) if self.stack.contains(&target) => lowest = lowest.min(*reached),
                Some(_) => {}
            }
        }
        if lowest == number {
            let start = self.stack.iter().position(|module| *module == name);
            let circle = self.stack.split_off(start.unwrap_or_default());
            if circle.len() > 1 {
                let mut circle: Vec<String> = circle.into_iter().map(str::to_owned).collect();
                circle.sort();
                self.circles.push(circle);
            }
        }
        lowest
    }
}
