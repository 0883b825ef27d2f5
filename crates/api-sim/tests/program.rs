//! What the programs of simulators share.

use std::collections::BTreeMap;

use api_sim::program::CommonArgs;
use clap::Parser;

#[derive(Debug, Parser)]
struct Args {
    #[command(flatten)]
    common: CommonArgs,
}

fn parse(args: &[&str]) -> Result<CommonArgs, String> {
    let args = ["sim"].iter().chain(args);
    Args::try_parse_from(args).map(|args| args.common).map_err(|error| error.to_string())
}

#[test]
fn an_address_that_others_reach_is_refused() {
    for reachable in ["0.0.0.0:80", "192.168.1.1:80", "[::]:80"] {
        let refusal = parse(&["--listen", reachable]).unwrap_err();
        assert!(refusal.contains("use a loopback address"), "{refusal}");
    }
    for local in ["127.0.0.1:0", "127.9.9.9:80", "[::1]:0", "localhost:8080"] {
        assert!(parse(&["--listen", local]).is_ok(), "{local}");
    }
}

#[test]
fn what_is_not_an_address_a_speed_or_a_time_says_what_would_be_one() {
    for (flag, value, wanted) in [
        ("--listen", "8080", "127.0.0.1:8080"),
        ("--speed", "0", "such as 20 or 0.5"),
        ("--speed", "fast", "such as 20 or 0.5"),
        ("--speed", "inf", "such as 20 or 0.5"),
        ("--start", "yesterday", "--start"),
        ("--seed", "x", "--seed"),
    ] {
        let refusal = parse(&[flag, value]).unwrap_err();
        assert!(refusal.contains(wanted), "{flag} {value}: {refusal}");
    }
}

#[test]
fn a_seed_file_is_read_or_named_with_what_is_wrong_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.json");
    let read = |text: Option<&str>| {
        text.iter().for_each(|text| std::fs::write(&path, text).unwrap());
        let args = parse(&["--seed-file", path.to_str().unwrap()]).unwrap();
        args.read_seed::<BTreeMap<String, u64>>().map_err(|error| error.to_string())
    };
    assert!(read(None).unwrap_err().contains("cannot read the seed file"));
    assert_eq!(read(Some(r#"{"a": 1}"#)).unwrap().unwrap()["a"], 1);
    let wrong = read(Some("{\"a\":\n \"x\"}")).unwrap_err();
    assert!(wrong.contains("seed.json is not one") && wrong.contains("line 2"), "{wrong}");
    assert!(parse(&[]).unwrap().read_seed::<u64>().unwrap().is_none());
}
