/**
 * Texts that are to be shown as what they are: names, cells, messages that
 * come from a table, a catalog, an object store or the portal.
 *
 * @module
 */

/** Hostile texts by what is wrong with them. */
export const HOSTILE: Readonly<Record<string, string>> = {
  "HTML": '<img src=x onerror="alert(1)"><script>alert(1)</script>',
  "the end of an attribute": `" onmouseover="alert(1)" x='y' <b>`,
  "the end of a style": "</style></title></pre></details><script>x</script>",
  "a comment": "<!-- --> <![CDATA[ ]]> <?x ?>",
  "entities": "&lt;script&gt; &amp;amp; &#60;b&#62;",
  "an address": "javascript:alert(1)",
  "a template": "${alert(1)} `x` {{ 7 * 7 }} {% raw %} \\u003cb\\u003e",
  "SQL": `'); DROP TABLE trips; -- "`,
  "a screen that is cleared": "\x1b[2J\x1b[1;1H\x1b[31mred",
  "a title of the window": "\x1b]0;evil\x07",
  "a clipboard": "\x1b]52;c;ZXZpbA==\x07",
  "a link of a terminal": "\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\",
  "half a sequence": "\x1b[",
  "controls of one byte": "\x9b2J\x9dx\x9c\x90",
  "a line that is overwritten": "good\rbad \b\b\b\x7f",
  "more lines": "one\n✓ Every trip arrived: 1,000,000\n✗ two\r\nthree",
  "other ends of lines": "a\u2028b\u2029c\x0bd\x0ce\x85f",
  "text from right to left": "invoice\u202egpj.exe\u2066 \u200f\u061c",
  "NUL": "a\0b",
  "half a letter": "a\ud800b\udc00",
  "a name of every object": "__proto__",
  "10 MB": "x".repeat(10_000_000),
  "2 MB of HTML": "<b>&".repeat(500_000),
};

/** What no terminal may be given from outside: all but text and ends of lines. */
export const UNSEEN =
  // deno-lint-ignore no-control-regex
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
