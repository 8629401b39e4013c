//! The inputs on stable Rust: the kept corpora, what is near them, and junk.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::{fs, path::PathBuf};

use oauth_inputs::TARGETS;
use proptest::{prelude::*, test_runner::TestRunner};

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| file.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn what_is_honest_is_accepted() {
    for (target, run) in TARGETS {
        let honest = corpus(target).into_iter().filter(|(path, _)| path.ends_with("seed-1"));
        // Of these no honest value is known: it would have to be guessed.
        let guessed = ["cookie_header", "key_set", "id_token"].contains(target);
        assert_eq!(honest.map(|(_, data)| run(&data)).collect::<Vec<_>>(), [!guessed], "{target}");
    }
}

// Proves: QH6
#[test]
fn everything_in_the_corpora_is_answered() {
    for (target, run) in TARGETS {
        let corpus = corpus(target);
        assert!(!corpus.is_empty(), "{target} has no corpus");
        for (path, data) in corpus {
            println!("{}", path.display());
            run(&data);
        }
    }
}

// Proves: QH6
#[test]
fn what_is_near_the_corpora_is_answered() {
    for (target, run) in TARGETS {
        let seeds: Vec<_> = corpus(target).into_iter().map(|(_, data)| data).collect();
        let near = (
            prop::sample::select(seeds),
            any::<prop::sample::Index>(),
            0..8usize,
            prop::collection::vec(any::<u8>(), 0..8),
        );
        let near = near.prop_map(|(mut data, at, removed, inserted)| {
            let at = at.index(data.len() + 1);
            let end = data.len().min(at + removed);
            data.splice(at..end, inserted);
            data
        });
        TestRunner::default()
            .run(&near, |data| {
                run(&data);
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{target}: {failure}"));
    }
}

// Proves: QH6
#[test]
fn junk_is_answered() {
    for (target, run) in TARGETS {
        let junk = prop::collection::vec(any::<u8>(), 0..400);
        TestRunner::default()
            .run(&junk, |data| {
                run(&data);
                Ok(())
            })
            .unwrap_or_else(|failure| panic!("{target}: {failure}"));
    }
}
