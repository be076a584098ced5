//! IPv4 and IPv6 addresses.

use crate::cue;
use crate::kind::Kind;
use crate::page::{Candidate, Page};
use std::net::Ipv6Addr;

/// Addresses that stand for a machine in general: loopback, documentation (RFC 5737, RFC 3849), broadcast.
const LOW: f32 = 0.3;

/// Four numbers with dots, from number token `at`.
pub(crate) fn find_v4(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let mut parts = [0_u16; 4];
    for (n, part) in parts.iter_mut().enumerate() {
        let index = at + 2 * n;
        let Some(token) = page.get(index) else { return };
        if !token.is_number()
            || token.len() > 3
            || n > 0 && !(page.is(index - 1, b'.') && page.glued(index) && page.glued(index - 1))
        {
            return;
        }
        *part = page.word(index).parse().unwrap_or(999);
        if *part > 255 {
            return;
        }
    }
    let last = at + 6;
    let longer = page.is(last + 1, b'.')
        && page.glued(last + 1)
        && page.get(last + 2).is_some_and(super::page::Token::is_number)
        && page.glued(last + 2);
    let before = at > 0 && page.glued(at) && matches!(page.tokens[at - 1].mark, b'.' | b'-');
    let letter = at > 0 && page.glued(at) && page.tokens[at - 1].is_word();
    if longer || before || letter {
        return;
    }
    let cues = page.cue(at, 3);
    let general =
        matches!(parts, [127 | 0 | 255, ..] | [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _])
            || parts[3] == 0;
    let score = if cues & cue::OTHER != 0 && cues & cue::IP == 0 || general { LOW } else { 0.9 };
    out.push(Candidate {
        start: page.tokens[at].start,
        end: page.tokens[last].end,
        kind: Kind::IpAddress,
        score,
        detector: "ipv4",
    });
}

/// Groups of hexadecimal digits with colons, whose first colon is the mark at token `at`.
pub(crate) fn find_v6(page: &Page<'_>, at: usize, out: &mut Vec<Candidate>) {
    let bytes = page.text.as_bytes();
    let colon = page.tokens[at].start as usize;
    let mut start = colon;
    while start > 0 && colon - start < 4 && bytes[start - 1].is_ascii_hexdigit() {
        start -= 1;
    }
    if start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b':') {
        return;
    }
    // 39 characters are the longest address.
    let end = bytes[start..]
        .iter()
        .take(40)
        .position(|b| !(b.is_ascii_hexdigit() || *b == b':'))
        .map_or(bytes.len().min(start + 40), |n| start + n);
    let text = page.text[start..end].trim_end_matches(':');
    if text.bytes().filter(|&b| b == b':').count() < 3 {
        return;
    }
    let Ok(address) = text.parse::<Ipv6Addr>() else { return };
    let segments = address.segments();
    let general =
        address.is_loopback() || address.is_unspecified() || segments[0] == 0x2001 && segments[1] == 0x0db8;
    let end = start + text.len();
    out.push(Candidate {
        start: u32::try_from(start).unwrap_or(page.tokens[at].start),
        end: u32::try_from(end).unwrap_or(page.tokens[at].end),
        kind: Kind::IpAddress,
        score: if general { LOW } else { 0.95 },
        detector: "ipv6",
    });
}
