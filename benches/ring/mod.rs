//! The ring model twice: by hand, and as a scenario.
//!
//! n actors stand on a ring, each with a posture 0 to 5, all at 0. Per day, an actor below 5 goes up one at 0.02, at 0.12
//! while the next actor stands higher; from 1 to 4 it goes down one at 0.08; at 2 or lower it goes to 3 at 0.05 while
//! the actor two further stands at 4 or 5. A run stops when 2 actors (n = 5) or n/2 actors stand at 5, or after 365 days.

pub mod by_hand;
pub mod scenario;
