//! Where the model is computed: on threads of its own, one for each core, each reading one window at a time with room of its own.
//!
//! The products of matrices spread over all cores when they are called from any other thread; from a pool with one thread they stay on it. So
//! requests stand in line for cores, not for each other's parts, and memory is in proportion to cores, not to requests.

use super::encoder::Room;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A thread and its room.
struct Lane {
    /// None where the system gave no thread: then the caller's computes.
    pool: Option<ThreadPool>,
    room: Room,
}

/// All lanes; made when they are first needed.
pub(super) struct Lanes {
    state: Mutex<State>,
    freed: Condvar,
    most: usize,
}

#[derive(Default)]
struct State {
    idle: Vec<Lane>,
    made: usize,
}

impl Lanes {
    pub fn new() -> Self {
        let most = std::thread::available_parallelism().map_or(1, usize::from);
        Self { state: Mutex::default(), freed: Condvar::new(), most }
    }

    /// How many lanes there can be.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Runs `work` on a lane, as soon as one is free.
    pub fn run<T: Send>(&self, work: impl FnOnce(&mut Room) -> T + Send) -> T {
        let mut guard = Guard { lanes: self, lane: Some(self.take()) };
        match &mut guard.lane {
            Some(Lane { pool: Some(pool), room }) => pool.install(|| work(room)),
            Some(Lane { pool: None, room }) => work(room),
            None => work(&mut Room::default()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A list of idle lanes is whole at every moment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Lane {
        let mut state = self.state();
        loop {
            if let Some(lane) = state.idle.pop() {
                return lane;
            }
            if state.made < self.most {
                state.made += 1;
                drop(state);
                let pool =
                    ThreadPoolBuilder::new().num_threads(1).thread_name(|_| "tagger".to_owned()).build().ok();
                return Lane { pool, room: Room::default() };
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Gives the lane back, whatever happens.
struct Guard<'l> {
    lanes: &'l Lanes,
    lane: Option<Lane>,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.lanes.state().idle.extend(self.lane.take());
        self.lanes.freed.notify_one();
    }
}
