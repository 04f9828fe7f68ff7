//! The ring model at n = 5, 50 and 500: this engine beside a direct-method simulator of the same model written by hand.
//!
//! Does not know how the engine does it: the scenario goes in as text, and only firings and stops come out.
//!
//! n actors stand on a ring, each with a posture 0 to 5, all at 0. Per day, an actor below 5 goes up one at 0.02, at 0.12
//! while the next actor stands higher; from 1 to 4 it goes down one at 0.08; at 2 or lower it goes to 3 at 0.05 while
//! the actor two further stands at 4 or 5. A run stops when 2 actors (n = 5) or n/2 actors stand at 5, or after 365 days.

#![allow(clippy::print_stdout)]

mod ring {
    pub mod by_hand;
}

use ring::by_hand;

fn main() {
    for n in [5, 50, 500] {
        let runs = 1_000_000 / n as u64;
        let t = std::time::Instant::now();
        let sums = by_hand::sample(n, 0, runs, 1);
        let s = t.elapsed().as_secs_f64();
        println!(
            "{n} {:?} P {} time {} firings {} ns/ev {}",
            sums,
            sums.stopped as f64 / runs as f64,
            sums.stop_time / sums.stopped as f64,
            sums.firings as f64 / runs as f64,
            s * 1e9 / sums.firings as f64
        );
    }
}
