import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { parseExactJson, stringifyExactJson } from "./json.ts";

Deno.test("parseExactJson() keeps every digit of an integer", () => {
  assertEquals(
    parseExactJson(
      '{"a":[9007199254740993,-9223372036854775808],"b":{"c":18446744073709551615}}',
    ),
    {
      a: [9007199254740993n, -9223372036854775808n],
      b: { c: 18446744073709551615n },
    },
  );
});

Deno.test("parseExactJson() leaves safe integers numbers", () => {
  assertStrictEquals(parseExactJson("9007199254740991"), 9007199254740991);
  assertStrictEquals(parseExactJson("9007199254740992"), 9007199254740992n);
  assertStrictEquals(parseExactJson("-9007199254740991"), -9007199254740991);
  assertStrictEquals(parseExactJson("0"), 0);
});

Deno.test("parseExactJson() leaves fractions and exponents numbers", () => {
  assertStrictEquals(parseExactJson("0.1"), 0.1);
  assertStrictEquals(parseExactJson("1e300"), 1e300);
  assertStrictEquals(parseExactJson("9007199254740993.0"), 9007199254740992);
});

Deno.test("parseExactJson() leaves digits in strings alone", () => {
  assertEquals(parseExactJson('{"9007199254740993":"9007199254740993"}'), {
    "9007199254740993": "9007199254740993",
  });
});

Deno.test("parseExactJson() throws on what is not JSON", () => {
  assertThrows(() => parseExactJson("<html>"), SyntaxError);
});

Deno.test("stringifyExactJson() writes back what parseExactJson() read", () => {
  const text = '{"id":8744736658442914487,"list":[1,null,"x",0.5]}';
  assertEquals(stringifyExactJson(parseExactJson(text)), text);
});
