//! The web of what can follow in an instant: acts from one midway state to the next, loops summed.
//!
//! States that lead to each other and back are a Markov chain of their own, which is left in the end; how often each
//! is visited is computed by eliminating them one by one without a subtraction (W. K. Grassmann, M. I. Taksar, D. P.
//! Heyman, Operations Research 33, 1107-1116 (1985), doi:10.1287/opre.33.5.1107). Does not know what a rule does.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{Act, Cascade, Halt, Midway, copy};

/// The most midway states of one instant from one state.
const MIDWAYS: usize = 20_000;
/// The most midway states that lead to each other and back.
const LOOP: usize = 600;

/// Where an act leads, and with what probability.
type Edge = (u32, f64);

/// Midway states and the acts between them.
#[derive(Default)]
struct Web {
    nodes: Vec<Midway>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// By node: where it leads; none where it is through.
    edges: Vec<Vec<Edge>>,
    /// By node: the flows that are raised on the way out, each visit.
    flows: Vec<Vec<(u32, f64)>>,
    through: Vec<bool>,
    /// By node: the mass that comes from outside, then all that ever comes.
    mass: Vec<f64>,
}

impl Web {
    fn enter(&mut self, midway: &Midway, spare: &mut Vec<Midway>) -> u32 {
        let Self { nodes, index, hasher, mass, .. } = self;
        let hash = hasher.hash_one(midway);
        if let Some(known) = index.find(hash, |known| nodes[*known as usize] == *midway) {
            return *known;
        }
        let new = nodes.len() as u32;
        index.insert_unique(hash, new, |known| hasher.hash_one(&nodes[*known as usize]));
        nodes.push(copy(spare, midway));
        mass.push(0.0);
        new
    }
}

impl Cascade<'_> {
    /// Lets `seeds` go on until their queues are empty and, if `turning`, no let turns any more.
    ///
    /// # Errors
    /// There are too many midway states, or the instant is given up otherwise.
    pub(in super::super) fn resolve(
        &mut self,
        seeds: Vec<(Midway, f64)>,
        turning: bool,
    ) -> Result<Vec<(Midway, f64)>, Halt> {
        let mut web = Web::default();
        for (midway, mass) in seeds {
            let node = web.enter(&midway, &mut self.spare);
            web.mass[node as usize] += mass;
            self.spare(midway);
        }
        self.spin(&mut web, turning)?;
        let Web { nodes, edges, flows, through, mut mass, .. } = web;
        for group in groups(&edges) {
            self.pass_on(&group, &edges, &mut mass)?;
        }
        for (flows, mass) in flows.iter().zip(&mass) {
            flows.iter().for_each(|(flow, times)| self.flows[*flow as usize] += times * mass);
        }
        self.roundings = self.roundings.max(8 * nodes.len() as u64 + 4 * self.ways.depth as u64);
        let mut ends = Vec::new();
        for ((node, mass), through) in nodes.into_iter().zip(mass).zip(through) {
            if through && mass > 0.0 {
                ends.push((node, mass));
            } else {
                self.spare(node);
            }
        }
        Ok(ends)
    }

    /// Finds all that can follow.
    fn spin(&mut self, web: &mut Web, turning: bool) -> Result<(), Halt> {
        let none = vec![0.0; self.flows.len()];
        let outer = std::mem::replace(&mut self.flows, none);
        let mut at = 0;
        while at < web.nodes.len() {
            if web.nodes.len() > MIDWAYS {
                return Err(Halt::TooWide);
            }
            let from = copy(&mut self.spare, &web.nodes[at]);
            let mut edges: Vec<Edge> = Vec::new();
            let through = from.queue.is_empty() && !(turning && self.turns(&from.state));
            if !through {
                let act = if from.queue.is_empty() { Act::Turn } else { Act::Next };
                self.every(&from, act, 1.0, |cascade, probability| {
                    let known = web.nodes.len();
                    let to = web.enter(&cascade.leaf, &mut cascade.spare);
                    if web.nodes.len() > known {
                        cascade.hold_leaf()?;
                        // One act may lead to more than all of them may be.
                        if web.nodes.len() > MIDWAYS {
                            return Err(Halt::TooWide);
                        }
                    }
                    match edges.iter_mut().find(|(known, _)| *known == to) {
                        Some((_, sum)) => *sum += probability,
                        None => {
                            cascade.hold_bytes(size_of::<Edge>())?;
                            edges.push((to, probability));
                        }
                    }
                    Ok(())
                })?;
            }
            self.spare(from);
            web.edges.push(edges);
            web.through.push(through);
            web.flows.push(self.take_flows());
            at += 1;
        }
        self.flows = outer;
        Ok(())
    }

    /// Passes the mass that has come to a group on to what follows it.
    fn pass_on(&mut self, group: &[u32], edges: &[Vec<Edge>], mass: &mut [f64]) -> Result<(), Halt> {
        if let [node] = *group
            && !edges[node as usize].iter().any(|(to, _)| *to == node)
        {
            let here = mass[node as usize];
            edges[node as usize].iter().for_each(|(to, probability)| mass[*to as usize] += here * probability);
            return Ok(());
        }
        if group.len() > LOOP {
            return Err(Halt::TooWide);
        }
        self.work += (group.len() as u64).pow(3) / 3;
        let (visits, lost) = visits(group, edges, mass);
        self.unsettled += lost;
        for (node, visits) in group.iter().zip(visits) {
            mass[*node as usize] = visits;
            for (to, probability) in edges[*node as usize].iter().filter(|(to, _)| !group.contains(to)) {
                mass[*to as usize] += visits * probability;
            }
        }
        Ok(())
    }
}

/// How often each member of a group of states that lead to each other is visited, `mass` being what comes from
/// outside; and the mass that never leaves.
fn visits(group: &[u32], edges: &[Vec<Edge>], mass: &[f64]) -> (Vec<f64>, f64) {
    let size = group.len();
    let place = |node: u32| group.iter().position(|member| *member == node);
    // The last column is what leaves the group.
    let mut within = vec![vec![0.0; size + 1]; size];
    for (row, node) in within.iter_mut().zip(group) {
        for (to, probability) in &edges[*node as usize] {
            row[place(*to).unwrap_or(size)] += probability;
        }
    }
    let mut comes: Vec<f64> = group.iter().map(|node| mass[*node as usize]).collect();
    let mut leaves = vec![0.0; size];
    let mut lost = 0.0;
    for gone in (0..size).rev() {
        // Whatever of it does not come straight back: the sum of the others, not 1 minus itself.
        let out: f64 = within[gone][..gone].iter().sum::<f64>() + within[gone][size];
        leaves[gone] = out;
        if out <= 0.0 {
            lost += comes[gone];
            comes[gone] = 0.0;
            continue;
        }
        let onward: Vec<f64> = within[gone].iter().map(|p| p / out).collect();
        for other in 0..gone {
            let through = within[other][gone];
            if through > 0.0 {
                for to in (0..gone).chain([size]) {
                    within[other][to] += through * onward[to];
                }
            }
            comes[other] += comes[gone] * onward[other];
        }
    }
    let mut visits = vec![0.0; size];
    for back in 0..size {
        let arrives: f64 = comes[back] + (0..back).map(|other| visits[other] * within[other][back]).sum::<f64>();
        visits[back] = if leaves[back] > 0.0 { arrives / leaves[back] } else { 0.0 };
    }
    (visits, lost)
}

/// Groups of nodes that lead to each other, each before what follows it (R. Tarjan, SIAM Journal on Computing 1,
/// 146-160 (1972), doi:10.1137/0201010; his order is the reverse).
fn groups(edges: &[Vec<Edge>]) -> Vec<Vec<u32>> {
    let mut tarjan = Tarjan { edges, order: vec![0; edges.len()], low: vec![0; edges.len()], ..Tarjan::default() };
    tarjan.inside = vec![false; edges.len()];
    for node in 0..edges.len() {
        if tarjan.order[node] == 0 {
            tarjan.visit(node as u32);
        }
    }
    tarjan.found.reverse();
    tarjan.found
}

#[derive(Default)]
struct Tarjan<'e> {
    edges: &'e [Vec<Edge>],
    /// By node: when it was first seen, from 1; 0 if not yet.
    order: Vec<u32>,
    /// By node: the first seen that it leads back to.
    low: Vec<u32>,
    inside: Vec<bool>,
    stack: Vec<u32>,
    seen: u32,
    found: Vec<Vec<u32>>,
}

impl Tarjan<'_> {
    /// Without recursion: cascades may be long.
    fn visit(&mut self, root: u32) {
        let mut path = vec![(root, 0)];
        self.first_see(root);
        while let Some((node, next)) = path.pop() {
            if let Some((to, _)) = self.edges[node as usize].get(next) {
                path.push((node, next + 1));
                if self.order[*to as usize] == 0 {
                    self.first_see(*to);
                    path.push((*to, 0));
                } else if self.inside[*to as usize] {
                    self.low[node as usize] = self.low[node as usize].min(self.order[*to as usize]);
                }
                continue;
            }
            if let Some((parent, _)) = path.last() {
                self.low[*parent as usize] = self.low[*parent as usize].min(self.low[node as usize]);
            }
            if self.low[node as usize] == self.order[node as usize] {
                self.close(node);
            }
        }
    }

    fn first_see(&mut self, node: u32) {
        self.seen += 1;
        self.order[node as usize] = self.seen;
        self.low[node as usize] = self.seen;
        self.stack.push(node);
        self.inside[node as usize] = true;
    }

    fn close(&mut self, root: u32) {
        let mut group = Vec::new();
        while let Some(node) = self.stack.pop() {
            self.inside[node as usize] = false;
            group.push(node);
            if node == root {
                break;
            }
        }
        group.reverse();
        self.found.push(group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_summed() {
        // 0 → 1 always; 1 → 0 with 1/2, → 2 with 1/2: both are visited twice.
        let edges = [vec![(1, 1.0)], vec![(0, 0.5), (2, 0.5)], vec![]];
        assert_eq!(groups(&edges), [vec![0, 1], vec![2]]);
        let (visits, lost) = visits(&[0, 1], &edges, &[1.0, 0.0, 0.0]);
        assert_eq!((visits, lost), (vec![2.0, 2.0], 0.0));
    }

    #[test]
    fn a_rare_way_out_loses_no_digits() {
        let edges = [vec![(0, 1.0 - 1e-13), (1, 1e-13)], vec![]];
        let (visits, _) = visits(&[0], &edges, &[1.0, 0.0]);
        assert!((visits[0] * 1e-13 - 1.0).abs() < 1e-15, "{visits:?}");
    }

    #[test]
    fn a_loop_without_a_way_out_loses_its_mass() {
        let edges = [vec![(1, 1.0)], vec![(0, 1.0)]];
        assert!((visits(&[0, 1], &edges, &[0.25, 0.0]).1 - 0.25).abs() < 1e-15);
    }

    #[test]
    fn groups_come_before_what_follows_them() {
        let edges = [vec![(3, 1.0)], vec![(0, 1.0)], vec![(1, 0.5), (2, 0.5)], vec![]];
        assert_eq!(groups(&edges), [vec![2], vec![1], vec![0], vec![3]]);
    }
}
