//! Amounts and owners.

use autoscale_config::Owner;
use proptest::prelude::*;
use scaler_core::model::Amount;

use crate::support::{read, with, with_group_lines};

#[test]
fn owners_have_one_form() {
    for good in ["k3x9w2", "000000", "abcdef"] {
        assert_eq!(good.parse::<Owner>().unwrap().as_str(), good);
    }
    for bad in ["", "k3x9w", "k3x9w22", "K3x9w2", "k3x9-2", "äbcde"] {
        assert!(bad.parse::<Owner>().is_err(), "{bad}");
    }
    let mut rng = fastrand::Rng::with_seed(7);
    let some: std::collections::BTreeSet<Owner> = (0..1_000).map(|_| Owner::generate(&mut rng)).collect();
    assert!(some.len() > 995, "{}", some.len());
}

proptest! {
    #[test]
    fn amounts_round_trip_through_the_file(n in 1_u32..10_000, percent in any::<bool>()) {
        let amount = if percent { Amount::Percent(n) } else { Amount::Count(n) };
        let config = read(&with("add: 50%", &format!("add: {amount}"))).unwrap();
        prop_assert_eq!(config.groups.values().next().unwrap().group.policies[0].add, Some(amount));
    }

    #[test]
    fn prices_round_trip_through_the_file(micros in 1_u64..1_000_000_000) {
        let dollars = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        let config = read(&with_group_lines(&format!("cost: {{ per_hour: {dollars} }}"))).unwrap();
        prop_assert_eq!(config.groups.values().next().unwrap().group.cost.as_ref().unwrap().per_hour.0, micros);
    }

    #[test]
    fn generated_owners_are_owners(seed in any::<u64>()) {
        let owner = Owner::generate(&mut fastrand::Rng::with_seed(seed));
        prop_assert_eq!(owner.as_str().parse::<Owner>().unwrap(), owner);
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,80}") {
        let _ = read(&text).map_err(|problems| problems.to_string());
    }

    #[test]
    fn no_change_of_one_character_breaks_the_reader(at in 0_usize..900, with in "[\\PC\n\t]") {
        let good = crate::support::GOOD;
        let at = at % good.len();
        let text = format!("{}{with}{}", &good[..at], &good[at + 1..]);
        match read(&text) {
            Ok(config) => prop_assert!(config.groups.len() == 1),
            Err(problems) => {
                prop_assert!(problems.is_fatal());
                for problem in problems.all() {
                    prop_assert!(!problem.fix.is_empty() && !problem.message.is_empty());
                    let line = problem.place.unwrap().line;
                    prop_assert!(line <= text.lines().count() + 1);
                }
            }
        }
    }
}
