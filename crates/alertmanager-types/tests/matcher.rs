//! Matchers: how they are read, printed and matched. The tables follow Alertmanager's documented behaviour.

use alertmanager_types::{Labels, MatchOp, Matcher, MatcherErrorKind, Matchers};
use proptest::prelude::*;

fn one(text: &str) -> Matcher {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn list(text: &str) -> Matchers {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn assert_parts(text: &str, name: &str, op: MatchOp, value: &str) {
    let matcher = one(text);
    assert_eq!((matcher.name(), matcher.op(), matcher.value()), (name, op, value), "{text}");
}

#[test]
fn the_classic_syntax() {
    use MatchOp::{Equal, NotEqual, NotRegex, Regex};
    for (text, name, op, value) in [
        ("foo=bar", "foo", Equal, "bar"),
        ("foo=\"bar\"", "foo", Equal, "bar"),
        ("foo!=bar", "foo", NotEqual, "bar"),
        ("foo=~\"b.*r\"", "foo", Regex, "b.*r"),
        ("foo!~b.r", "foo", NotRegex, "b.r"),
        ("  foo \t= \n bar  ", "foo", Equal, "bar"),
        ("_a:b9=\"\"", "_a:b9", Equal, ""),
        ("foo=", "foo", Equal, ""),
        ("foo=~", "foo", Regex, ""),
        ("foo= \"bar \"", "foo", Equal, "bar "),
        ("foo=bar\\", "foo", Equal, "bar\\"),
        (r#"foo="a\nb\"c\\d""#, "foo", Equal, "a\nb\"c\\d"),
        (r#"foo="a\tb\x41""#, "foo", Equal, r"a\tb\x41"),
        (r"foo=a\d", "foo", Equal, r"a\d"),
        ("foo=a b,c", "foo", Equal, "a b,c"),
        ("foo=\"a\nb\"", "foo", Equal, "a\nb"),
        ("foo=ba}r", "foo", Equal, "ba}r"),
        ("foo==bar", "foo", Equal, "=bar"),
        ("foo!==bar", "foo", NotEqual, "=bar"),
        ("foo='bar'", "foo", Equal, "'bar'"),
        (r#"instance=~"10\\.0\\..*""#, "instance", Regex, r"10\.0\..*"),
    ] {
        assert_parts(text, name, op, value);
    }
}

#[test]
fn the_syntax_with_any_name() {
    use MatchOp::{Equal, NotRegex, Regex};
    for (text, name, op, value) in [
        ("\"foo bar\"=\"baz\"", "foo bar", Equal, "baz"),
        ("\"foo bar\" =~ baz", "foo bar", Regex, "baz"),
        ("日本=\"東京\"", "日本", Equal, "東京"),
        ("Σ!~\"c\"", "Σ", NotRegex, "c"),
        ("1a=b", "1a", Equal, "b"),
        ("a-b.c/d=e", "a-b.c/d", Equal, "e"),
        ("\"foo\"=\"a\\tb\\x41\\u00e4\\U0001F642\\101\\\\\"", "foo", Equal, "a\tbAä🙂A\\"),
        ("\"a\\\"b\"=\"\"", "a\"b", Equal, ""),
        ("\"{\"=\"}\"", "{", Equal, "}"),
        ("\"a\"=\"b\",", "a", Equal, "b"),
    ] {
        assert_parts(text, name, op, value);
    }
}

#[test]
fn what_is_no_matcher() {
    use MatcherErrorKind::{Brace, EmptyName, Quote, Regex, Syntax};
    for (text, kind, part) in [
        ("", Syntax, "severity="),
        ("foo", Syntax, "expected an operator (=, !=, =~ or !~) at column 4"),
        ("=bar", Syntax, "expected a label's name at column 1"),
        ("foo bar=baz", Syntax, "expected an operator (=, !=, =~ or !~) at column 5"),
        ("foo!bar", Syntax, "column 4"),
        ("\"foo\"=", Syntax, "expected a value at column 7"),
        ("\"foo\"=a b", Syntax, "expected a comma or the end at column 9"),
        ("\"a\"=b,\"c\"=d", Syntax, "severity="),
        ("foo=\"bar", Quote, "closing double quote"),
        ("foo=\"", Quote, "closing double quote"),
        ("foo=bar\"", Quote, "must be escaped"),
        ("alertname==\"x\"", Quote, "must be escaped"),
        ("foo=\"b\"ar\"", Quote, "must be escaped"),
        ("\"foo", Quote, "closing double quote"),
        ("\"a\\qb\"=\"c\"", Quote, "escape"),
        ("\"\\xff\"=\"c\"", Quote, "escape"),
        ("\"\"=\"c\"", EmptyName, "name is empty"),
        ("{foo=bar}", Brace, "without braces"),
        ("foo=bar}", Brace, "without braces"),
        ("foo=~\"b(ar\"", Regex, "unclosed group"),
        ("foo!~[", Regex, "unclosed character class"),
    ] {
        let error = text.parse::<Matcher>().expect_err(text);
        assert_eq!(error.kind(), kind, "{text}: {error}");
        assert!(error.to_string().contains(part), "{text}: {error}");
    }
    let long = format!("foo={}\"", "x".repeat(100_000)).parse::<Matcher>().unwrap_err();
    assert!(long.to_string().len() < 300);
}

#[test]
fn lists() {
    for (text, printed) in [
        ("", "{}"),
        ("{}", "{}"),
        ("{ }", "{}"),
        ("foo=bar", r#"{foo="bar"}"#),
        ("{foo=bar}", r#"{foo="bar"}"#),
        (r#"{foo = "bar", dings != "bums", }"#, r#"{foo="bar",dings!="bums"}"#),
        ("foo=bar,dings!=bums", r#"{foo="bar",dings!="bums"}"#),
        (r#"{a="b",c=~"d"}"#, r#"{a="b",c=~"d"}"#),
        (r#"{a="x,y",b=~"a{2,3}"}"#, r#"{a="x,y",b=~"a{2,3}"}"#),
        (r#"{quote="She said: \"Hi, ladies!\""}"#, r#"{quote="She said: \"Hi, ladies!\""}"#),
        (r#"{"foo bar"="a",b!~c}"#, r#"{"foo bar"="a",b!~"c"}"#),
        (r#" { "foo bar" = "a" , } "#, r#"{"foo bar"="a"}"#),
        // Without blanks at its ends a brace belongs to the list, with them to the value: the classic reading.
        ("{foo=bar} ", r#"{foo="bar}"}"#),
    ] {
        assert_eq!(list(text).to_string(), printed, "{text}");
    }
    for (text, kind) in [
        (",", MatcherErrorKind::Syntax),
        ("foo=bar,,a=b", MatcherErrorKind::Syntax),
        ("{\"foo bar\"=a", MatcherErrorKind::Brace),
        ("\"foo bar\"=a}", MatcherErrorKind::Brace),
        ("{foo}", MatcherErrorKind::Syntax),
        ("{a=\"b\",c=~\"(\"}", MatcherErrorKind::Regex),
        ("{a=\"b}", MatcherErrorKind::Quote),
    ] {
        let error = text.parse::<Matchers>().expect_err(text);
        assert_eq!(error.kind(), kind, "{text}: {error}");
    }
}

#[test]
fn all_of_a_list_must_match() {
    let labels = Labels::from([("alertname", "High"), ("group", "web")]);
    assert!(list("").matches(&labels));
    assert!(list("alertname=High,group=~w.b").matches(&labels));
    assert!(!list("alertname=High,group!=web").matches(&labels));
    let mut matchers = Matchers::new();
    assert!(matchers.is_empty());
    matchers.push(Matcher::equal("group", "api").unwrap());
    assert_eq!((matchers.len(), matchers.matches(&labels)), (1, false));
    assert_eq!(matchers.iter().cloned().collect::<Matchers>(), Matchers::from(Vec::from_iter(matchers)));
}

#[test]
fn an_absent_label_is_an_empty_one() {
    let none = Labels::new();
    let empty = Labels::from([("team", "")]);
    for (text, expected) in [
        ("team=\"\"", true),
        ("team!=\"\"", false),
        ("team=db", false),
        ("team!=db", true),
        ("team=~\".*\"", true),
        ("team=~\".+\"", false),
        ("team=~\"|db\"", true),
        ("team!~\"db\"", true),
        ("team!~\".*\"", false),
    ] {
        assert_eq!(one(text).matches(&none), expected, "{text} on an absent label");
        assert_eq!(one(text).matches(&empty), expected, "{text} on an empty label");
    }
}

/// `(pattern, texts that match, texts that don't)`, as RE2 has it.
#[test]
fn regular_expressions_are_those_of_re2() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("web", &["web"], &["web1", "xweb", "web\n", "Web", ""]),
        ("web|api", &["web", "api"], &["webapi", "web|api"]),
        ("a.c", &["abc", "aäc"], &["a\nc"]),
        ("(?s)a.c", &["a\nc"], &["ac"]),
        ("(?i)WEB", &["web", "Web"], &["wéb"]),
        ("(?i:w)eb", &["Web"], &["WEB"]),
        ("(?P<x>a)(?<y>b)(?:c)", &["abc"], &["ab"]),
        // ASCII in RE2, Unicode in many other engines.
        (r"\d+", &["12"], &["٣", ""]),
        (r"\w+", &["aZ_9"], &["ä"]),
        (r"\W", &["ä", "-"], &["a"]),
        (r"a\sb", &["a b", "a\tb"], &["a\u{a0}b", "a\u{b}b"]),
        (r"[^\d\s]+", &["ab٣"], &["a1", "a b"]),
        (r"[\D]", &["x"], &["1"]),
        (r"ä\b.*", &["äb"], &["ä b"]),
        (r".*\ba", &["äa", "a"], &["ba"]),
        (r"a\Bb", &["ab"], &["a-b"]),
        // No set operations and no nested classes.
        ("[a&&b]+", &["a&b", "b"], &["c"]),
        ("[a[b]+", &["a[b"], &["ab]"]),
        ("[a~~b]+", &["~a"], &["c"]),
        ("[+--]", &["+", ",", "-"], &["."]),
        ("[]a]+", &["]a"], &["b"]),
        ("[^]a]", &["b"], &["]", "a"]),
        ("[a-]+", &["a-"], &["b"]),
        ("[-a]+", &["a-"], &["b"]),
        (r"[\]\\^-]+", &[r"]\^-"], &["a"]),
        (r"[\x41-\x{43}]+", &["ABC"], &["D"]),
        (r"[[:alpha:][:digit:]_]+", &["aZ9_"], &["ä", "-"]),
        (r"[[:^alpha:]]", &["1"], &["a"]),
        // A brace that does not repeat is a brace.
        ("a{2}", &["aa"], &["a", "aaa"]),
        ("a{2,}", &["aa", "aaaa"], &["a"]),
        ("a{2}?b*?c+?d??", &["aabbc", "aac"], &["aad"]),
        ("(?:a{2}){2}", &["aaaa"], &["aa"]),
        ("a{1,2}", &["a", "aa"], &["aaa"]),
        ("a{,2}", &["a{,2}"], &["a", "aa"]),
        ("a{x}", &["a{x}"], &["ax"]),
        ("{a}", &["{a}"], &["a"]),
        ("a{", &["a{"], &["a"]),
        ("a}", &["a}"], &["a"]),
        // Escapes.
        (r"10\.0\.", &["10.0."], &["10a0b"]),
        (r"\Qa.b*\E+", &["a.b*", "a.b**"], &["axb"]),
        (r"\<\>\_\-\ \/", &["<>_- /"], &["__- /"]),
        (r"\101\0\x42\x{1F642}", &["A\0B🙂"], &["A"]),
        (r"\t\n\r\f\v\a", &["\t\n\r\u{c}\u{b}\u{7}"], &["tnrfva"]),
        (r"\pL\p{Greek}\PL\p{^Greek}\P{^Greek}", &["aλ1aλ"], &["aaaaa"]),
        (r"\Aa\z", &["a"], &["b"]),
        ("(?m)a$\n^b", &["a\nb"], &["ab"]),
        ("(?U)a+", &["aaa"], &["b"]),
        ("a # b", &["a # b"], &["a"]),
        ("", &[""], &["a"]),
        ("a||b", &["", "a", "b"], &["c"]),
    ];
    for (pattern, yes, no) in cases {
        for op in [MatchOp::Regex, MatchOp::NotRegex] {
            let matcher =
                Matcher::new("x", op, *pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            for text in *yes {
                assert_eq!(matcher.matches_value(text), op.is_positive(), "{pattern} on {text:?}");
            }
            for text in *no {
                assert_eq!(matcher.matches_value(text), !op.is_positive(), "{pattern} on {text:?}");
            }
        }
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    for pattern in [
        "(",
        ")",
        "*",
        "a**",
        "a+*",
        "a???",
        "a{2}{3}",
        "a*{2}",
        "a{2}??",
        r"\Qa",
        "[",
        "[a",
        "[b-a]",
        r"[a-\d]",
        "[[:nope:]]",
        "[[:a b:]]",
        r"\",
        r"\8",
        r"\1",
        r"[\1]",
        r"\u0041",
        r"\y",
        r"\E",
        r"\C",
        r"\K",
        r"\xg1",
        r"\x1",
        r"\x{110000}",
        r"\x{",
        r"\p",
        r"\p{",
        r"\p{No Such}",
        r"\p{Nope}",
        "(?x)a b",
        "(?u)a",
        "(?R)a",
        "(?",
        "(?i",
        "(?=a)",
        "(?!a)",
        "(?<=a)b",
        "a{1001}",
        "a{2,1001}",
        "a{99999999999}",
        "a{3,2}",
        "((a{1000}){1000}){1000}",
    ] {
        let error = Matcher::new("x", MatchOp::Regex, pattern).expect_err(pattern);
        assert_eq!(error.kind(), MatcherErrorKind::Regex, "{pattern}: {error}");
        let text = error.to_string();
        assert!(!text.ends_with(": ") && !text.contains('\n'), "{pattern}: {text}");
    }
}

#[test]
fn a_matcher_is_a_text_in_files() {
    let matcher = one("severity=~\"page|critical\"");
    assert_eq!(serde_json::to_value(&matcher).unwrap(), r#"severity=~"page|critical""#);
    assert_eq!(serde_json::from_str::<Matcher>(r#""severity=~page|critical""#).unwrap(), matcher);
    let matchers = list("{a=b,c!=d}");
    assert_eq!(serde_json::to_value(&matchers).unwrap(), r#"{a="b",c!="d"}"#);
    assert_eq!(serde_json::from_str::<Matchers>(r#""a=b,c!=d""#).unwrap(), matchers);
    let error = serde_json::from_str::<Matcher>("\"severity\"").unwrap_err().to_string();
    assert!(error.contains("expected an operator"), "{error}");
    assert!(
        serde_json::from_str::<Matchers>("7").unwrap_err().to_string().contains("expected matchers such as")
    );
    assert_eq!(format!("{matcher:?}"), r#"Matcher(severity=~"page|critical")"#);
}

fn op() -> impl Strategy<Value = MatchOp> {
    prop::sample::select(vec![MatchOp::Equal, MatchOp::NotEqual, MatchOp::Regex, MatchOp::NotRegex])
}

/// Names and values that are mostly trouble.
fn troubled() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-zA-Z_:][a-zA-Z0-9_:]{0,5}",
        prop::collection::vec(
            prop::sample::select(vec![
                '"', '\\', '\n', '\t', ',', '{', '}', '=', '!', '~', ' ', '\'', '`', 'n', 'x', 'u', '0', 'ä',
                '😀', '\r', '\u{0}', '\u{85}', '\u{a0}', '\u{2028}', '\u{feff}',
            ]),
            0..8
        )
        .prop_map(String::from_iter),
    ]
}

fn matcher() -> impl Strategy<Value = Matcher> {
    (troubled(), op(), troubled()).prop_filter_map("no matcher", |(name, op, value)| {
        Matcher::new(name.as_str(), op, value.as_str())
            .or_else(|_| Matcher::new(format!("a{name}"), MatchOp::NotEqual, value.as_str()))
            .ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_printed_reads_back(matcher in matcher()) {
        let text = matcher.to_string();
        prop_assert_eq!(text.parse::<Matcher>(), Ok(matcher.clone()), "{}", text);
    }

    #[test]
    fn a_list_that_is_printed_reads_back(matchers in prop::collection::vec(matcher(), 0..5)) {
        let matchers = Matchers::from(matchers);
        let text = matchers.to_string();
        prop_assert_eq!(text.parse::<Matchers>(), Ok(matchers), "{}", text);
    }

    #[test]
    fn a_value_matches_itself(value in any::<String>(), other in any::<String>()) {
        let equal = Matcher::equal("x", value.as_str()).unwrap();
        prop_assert!(equal.matches_value(&value));
        prop_assert_eq!(equal.matches_value(&other), value == other);
        let escaped = format!("\\Q{}\\E", value.replace("\\E", ""));
        let regex = Matcher::new("x", MatchOp::Regex, escaped).unwrap();
        prop_assert!(regex.matches_value(&value.replace("\\E", "")));
    }

    #[test]
    fn no_text_makes_the_parser_or_the_translator_fail_otherwise_than_by_an_error(text in troubled()) {
        let _ = text.parse::<Matcher>();
        let _ = text.parse::<Matchers>();
        let _ = Matcher::new("x", MatchOp::Regex, text);
    }
}
