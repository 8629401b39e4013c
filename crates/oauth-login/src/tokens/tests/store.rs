//! A store that fails where a test says so.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use oauth_core::{Error, ErrorKind, Result, async_trait};

use tokio::{sync::Notify, time::timeout};

use super::NEVER;
use crate::{MemoryStore, Precondition, RecordKey, RecordStore};

/// What is done with a record. Leases are told from tokens by their length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    Keep,
    Read,
    TakeLease,
    RenewLease,
    EndLease,
    Replace,
    Remove,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// It is not done.
    Down,
    /// It is done, and the answer lost.
    AnswerLost,
    /// It is done ten seconds later.
    Late,
    /// Nobody hears of it again.
    Hangs,
}

#[derive(Clone, Default)]
pub(super) struct FaultyStore {
    memory: MemoryStore,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// How often each still happens.
    faults: Mutex<Vec<(Step, Fault, usize)>>,
    steps: Mutex<Vec<Step>>,
    values: Mutex<Vec<String>>,
    hanging: Notify,
}

impl FaultyStore {
    pub(super) fn fail(&self, step: Step, fault: Fault, times: usize) {
        self.state.faults.lock().unwrap().push((step, fault, times));
    }

    /// The same content, without faults.
    pub(super) fn without_faults(&self) -> Self {
        Self { memory: self.memory.clone(), state: Arc::default() }
    }

    pub(super) fn fail_everywhere(&self) {
        use Step::{EndLease, Keep, Read, Remove, RenewLease, Replace, TakeLease};
        for step in [Keep, Read, TakeLease, RenewLease, EndLease, Replace, Remove] {
            self.fail(step, Fault::Down, usize::MAX);
        }
    }

    pub(super) fn recover(&self) {
        self.state.faults.lock().unwrap().clear();
    }

    /// Until somebody waits for a step that hangs.
    pub(super) async fn hanging(&self) {
        timeout(NEVER, self.state.hanging.notified()).await.unwrap();
    }

    /// What was done since the last call.
    pub(super) fn steps(&self) -> Vec<Step> {
        std::mem::take(&mut *self.state.steps.lock().unwrap())
    }

    /// Everything that was ever written.
    pub(super) fn written(&self) -> Vec<String> {
        self.state.values.lock().unwrap().clone()
    }

    /// How many records there are now.
    pub(super) fn len(&self) -> usize {
        let text = format!("{:?}", self.memory);
        text.split("records: ")
            .nth(1)
            .unwrap()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .unwrap()
    }

    async fn step<T>(&self, step: Step, act: impl Future<Output = Result<T>>) -> Result<T> {
        self.state.steps.lock().unwrap().push(step);
        let fault = {
            let mut faults = self.state.faults.lock().unwrap();
            faults.iter_mut().find(|(at, _, times)| *at == step && *times > 0).map(|(_, fault, times)| {
                *times -= 1;
                *fault
            })
        };
        let down = || Err(Error::new(ErrorKind::StoreUnavailable, "the store is down"));
        match fault {
            None => act.await,
            Some(Fault::Down) => down(),
            Some(Fault::AnswerLost) => {
                act.await?;
                down()
            }
            Some(Fault::Late) => {
                tokio::time::sleep(Duration::from_secs(10)).await;
                act.await
            }
            Some(Fault::Hangs) => {
                self.state.hanging.notify_one();
                std::future::pending().await
            }
        }
    }
}

#[async_trait]
impl RecordStore for FaultyStore {
    async fn read(&self, key: &RecordKey) -> Result<Option<String>> {
        self.step(Step::Read, self.memory.read(key)).await
    }

    async fn write(&self, key: &RecordKey, value: &str, lifetime: Duration, when: Precondition<'_>) -> Result<bool> {
        self.state.values.lock().unwrap().push(value.to_owned());
        let step = match (value.len() < 100, when) {
            (true, Precondition::Absent) => Step::TakeLease,
            (true, _) => Step::RenewLease,
            (false, Precondition::Absent) => Step::Keep,
            (false, _) => Step::Replace,
        };
        self.step(step, self.memory.write(key, value, lifetime, when)).await
    }

    async fn remove(&self, key: &RecordKey, when: Precondition<'_>) -> Result<bool> {
        let is_lease = matches!(when, Precondition::Unchanged(value) if value.len() < 100);
        let step = if is_lease { Step::EndLease } else { Step::Remove };
        self.step(step, self.memory.remove(key, when)).await
    }
}
