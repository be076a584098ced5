//! Reading JSON from outside, strictly: a key that stands twice could be read differently by the provider than
//! by us, so it is refused.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The key under which serde_json hands over a number with all its digits.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// Reads one JSON text. Nesting is limited to 128 levels; numbers keep every digit, objects their order.
///
/// # Errors
/// What is wrong and where (line and column), never the text itself.
pub fn parse(bytes: &[u8]) -> Result<Value, String> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Strict.deserialize(&mut reader).map_err(|error| describe(&error))?;
    reader.end().map_err(|error| describe(&error))?;
    Ok(value)
}

/// serde_json's own messages can quote what they stumbled over; these cannot.
fn describe(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let what = if said.contains(TWICE) {
        TWICE
    } else if said.contains("recursion limit") {
        "the JSON is nested deeper than 128 levels"
    } else if said.contains("unicode")
        || said.contains("UTF-8")
        || said.contains("surrogate")
        || said.contains("hex escape")
    {
        "the text is not valid Unicode"
    } else if error.is_eof() {
        "the JSON ends too early"
    } else {
        "this is not valid JSON"
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

const TWICE: &str = "a key stands twice in one object";

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Strict)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER_KEY {
                let digits = entries.next_value::<String>()?;
                return digits.parse::<Number>().map(Value::Number).map_err(A::Error::custom);
            }
            let value = entries.next_value_seed(Strict)?;
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_back_to_the_letter() {
        for text in [
            r#"{"b":1,"a":[true,null,"é"],"n":1.10,"big":123456789012345678901234567890,"e":1e+400}"#,
            r#"[-0.0,{"x":{}},""]"#,
            r#""text""#,
        ] {
            assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn bad_json_is_refused_without_quoting_it() {
        let deep = "[".repeat(10_000);
        for (text, says) in [
            (&br#"{"a":1,"a":2}"#[..], "twice"),
            (br#"{"a":{"x":1,"\u0078":2}}"#, "twice"),
            (deep.as_bytes(), "128 levels"),
            (b"{\"a\":\"\xff\"}", "Unicode"),
            (br#""\ud800""#, "Unicode"),
            (br#"{"a":"#, "too early"),
            (br#"{"geheim": jan}"#, "not valid JSON"),
            (b"{}{}", "not valid JSON"),
            (b"", "too early"),
            (br#"{"$serde_json::private::Number":"jan"}"#, "not valid"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{error}");
            assert!(!error.contains("jan") && !error.contains("geheim"), "{error}");
        }
    }
}
