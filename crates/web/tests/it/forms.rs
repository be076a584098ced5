//! Forms as a browser without script sends them: read off the page, with what somebody types put in.

/// The fields of the form on this page that goes to `action`, as a browser would send them without a button pressed.
pub fn form(page: &str, action: &str) -> Vec<(String, String)> {
    let start =
        page.find(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no form to {action}: {page}"));
    let text = page[start..].split("</form>").next().unwrap();
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = rest.find('>').map_or(rest.len(), |end| end + 1);
        let (tag, after) = rest.split_at(end);
        let name = attribute(tag, "name");
        let disabled = tag.contains(" disabled");
        if let (Some(name), false) = (name, disabled) {
            if tag.starts_with("<input") {
                let is_box = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
                if !is_box || tag.contains(" checked") {
                    fields.push((name, attribute(tag, "value").unwrap_or_default()));
                }
            } else if tag.starts_with("<textarea") {
                let value = after.split("</textarea>").next().unwrap();
                let value = value.strip_prefix('\n').unwrap_or(value);
                fields.push((name, plain(value).replace('\n', "\r\n")));
            } else if tag.starts_with("<select") {
                let options = after.split("</select>").next().unwrap();
                let chosen = options.split("<option ").find(|option| option.contains(" selected"));
                let first = options.split("<option ").nth(1);
                if let Some(value) = chosen.or(first).and_then(|option| attribute(option, "value")) {
                    fields.push((name, value));
                }
            }
        }
        rest = after;
    }
    fields
}

/// The same form with other values; a field that was not there comes to it.
pub fn with<'a>(fields: &'a [(String, String)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let has_new = |name: &str| changes.iter().any(|(one, _)| *one == name);
    let kept = fields.iter().filter(|(name, _)| name != "_csrf" && !has_new(name));
    kept.map(|(name, value)| (name.as_str(), value.as_str())).chain(changes.iter().copied()).collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(plain(rest.split('"').next()?))
}

/// Text without the escapes of HTML.
pub fn plain(text: &str) -> String {
    let escapes = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    escapes.iter().fold(text.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}
