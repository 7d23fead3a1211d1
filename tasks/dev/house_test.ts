import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { houseProblems, importsOf, isTest, mapProblems } from "./house.ts";
import type { Module } from "./house.ts";
import {
  projectFiles,
  projectModules,
  readProjectFile,
} from "./project_files.ts";

const ALIASES = { "@lakehouse": "./lib/mod.ts", "@std/assert": "npm:assert" };

/** A module that imports these. */
function module(path: string, ...specifiers: string[]): Module {
  const lines = specifiers.map((from) => `import { a } from "${from}";`);
  return { path, text: lines.join("\n") };
}

Deno.test("importsOf() finds every kind of import", () => {
  const text = `
import one from "./1.ts";
import * as two from "./2.ts";
import three, {
  type Three,
} from "./3.ts";
import "./4.ts";
import type { Five } from "../5.ts";
export * from "./6.ts";
export * as seven from "./7.ts";
export { eight } from "@lakehouse";
const nine = await import("./9.ts");
const ten = await import(
  "./10.ts"
);
new Worker(new URL("./11.ts", import.meta.url));
import { assert } from "@std/assert";
const root = new URL("../..", import.meta.url);
`;
  const { to, starts } = importsOf({ path: "a/b/c.ts", text }, ALIASES);
  assertEquals(
    to.sort(),
    [
      "a/5.ts",
      ...["1", "10", "2", "3", "4", "6", "7", "9"].map((n) => `a/b/${n}.ts`),
      "lib/mod.ts",
    ],
  );
  assertEquals(starts, ["a/b/11.ts"]);
});

Deno.test("importsOf() leaves comments and texts alone", () => {
  const text = [
    "/** @example",
    ' * import { a } from "./a.ts";',
    " */",
    '// const b = await import("./b.ts");',
    'const cell = `import { c } from "./c.ts";`;',
  ].join("\n");
  assertEquals(importsOf({ path: "x.ts", text }).to, []);
});

Deno.test("houseProblems() takes arrows that go down", () => {
  assertEquals(
    houseProblems([
      module("lib/core/a.ts", "npm:b"),
      module("lib/trips/a.ts", "../core/a.ts", "../../spark/trip_columns.json"),
      module("lab/a.ts", "@lakehouse"),
      module("stack/a.ts", "../lib/core/a.ts", "./local/b.ts"),
      module("tasks/a.ts", "../stack/a.ts", "../lab/a.ts", "@lakehouse"),
      module("bench/a.ts", "../tasks/a.ts", "../stack/a.ts"),
      module("tests/a.ts", "../bench/a.ts", "../tasks/a.ts"),
      module(
        "lib/core/a_test.ts",
        "../../tests/support/env.ts",
        "../../lab/a.ts",
      ),
      module("notebooks/05-a.ipynb", "@lakehouse"),
      module("notebooks/06-a.ipynb", "@lakehouse", "../lab/a.ts"),
      module("notebooks/90-a.ipynb", "../bench/mod.ts"),
    ], ALIASES),
    [],
  );
});

/** The one problem of a house with this module. */
function problem(path: string, specifier: string): string {
  return houseProblems([module(path, specifier)], ALIASES).join("; ");
}

Deno.test("houseProblems() names every arrow that goes up", () => {
  for (
    const [path, to] of [
      ["lib/spark/a.ts", "stack/mod.ts"],
      ["lib/mod.ts", "lab/trials/claims.ts"],
      ["lib/mod.ts", "tasks/download/download.ts"],
      ["lib/trips/a.ts", "spark/other.json"],
      ["lab/engines/a.ts", "stack/mod.ts"],
      ["lab/engines/a.ts", "tasks/terminal/cli.ts"],
      ["stack/a.ts", "lab/mod.ts"],
      ["stack/a.ts", "tasks/train.ts"],
      ["tasks/dev/a.ts", "bench/mod.ts"],
      ["tasks/dev/a.ts", "tests/support/env.ts"],
      ["bench/a.ts", "tests/support/env.ts"],
      ["bench/a.ts", "lib/core/a_test.ts"],
      ["notebooks/05-a.ipynb", "lab/mod.ts"],
      ["notebooks/06-a.ipynb", "stack/mod.ts"],
      ["elsewhere/a.ts", "lib/mod.ts"],
    ] as const
  ) {
    const up = "../".repeat(path.split("/").length - 1);
    const found = problem(path, up + to);
    const start = `${path} imports ${to}, `;
    assertEquals(found.slice(0, start.length), start);
  }
  assertEquals(
    problem("lab/a.ts", "../stack/b.ts"),
    "lab/a.ts imports stack/b.ts, but may import lab, lib only",
  );
  assertEquals(
    problem("bench/a.ts", "../tests/b.ts"),
    "bench/a.ts imports tests/b.ts, which is for tests only",
  );
});

Deno.test("houseProblems() sees what goes up by import(), as a worker or as a type", () => {
  for (
    const text of [
      'const a = await import("../stack/a.ts");',
      'new Worker(new URL("../stack/a.ts", import.meta.url));',
      'import type { A } from "../stack/a.ts";',
      'export type { A } from "../stack/a.ts";',
    ]
  ) {
    assertEquals(
      houseProblems([{ path: "lab/b.ts", text }]),
      ["lab/b.ts imports stack/a.ts, but may import lab, lib only"],
      text,
    );
  }
});

Deno.test("houseProblems() refuses imports that only a run can tell", () => {
  const text = "const a = await import(`../${room}/a.ts`);";
  assertEquals(houseProblems([{ path: "lib/a.ts", text }]), [
    "lib/a.ts imports what only a run can tell",
  ]);
  assertEquals(houseProblems([{ path: "tests/a.ts", text }]), []);
});

Deno.test("houseProblems() shows the shortest way round for each module that is on one", () => {
  assertEquals(
    houseProblems([
      module("lib/a.ts", "./b.ts", "./c.ts"),
      module("lib/b.ts", "./c.ts"),
      module("lib/c.ts", "./a.ts"),
      module("lab/d.ts", "../lib/a.ts", "./d.ts"),
    ]),
    [
      "imports go round: lab/d.ts → lab/d.ts",
      "imports go round: lib/a.ts → lib/c.ts → lib/a.ts",
      "imports go round: lib/b.ts → lib/c.ts → lib/a.ts → lib/b.ts",
    ],
  );
});

Deno.test("houseProblems() takes a worker that imports types of its owner", () => {
  const text = 'new Worker(new URL("./b.ts", import.meta.url));';
  assertEquals(
    houseProblems([{ path: "lib/a.ts", text }, module("lib/b.ts", "./a.ts")]),
    [],
  );
});

Deno.test("houseProblems() wants lib/mod.ts to name what it exports", () => {
  const text = 'export * from "./a.ts";\nexport * as b from "./b.ts";\n';
  assertEquals(houseProblems([{ path: "lib/mod.ts", text }]), [
    "lib/mod.ts exports all of ./a.ts: name what it exports",
  ]);
  assertEquals(houseProblems([{ path: "lab/mod.ts", text }]), []);
});

const MAP = `
| room        | what belongs there | may import     |
| ----------- | ------------------ | -------------- |
| \`lib/\`      | names              | its rooms      |
| \`lib/core/\` | settings           | nothing        |
| \`tasks/\`    | commands           | \`lib\`, \`stack\` |
| \`bench/\`    | measures           | everything     |

| room | of another table |
`;
const ROOMS = ["lib/mod.ts", "lib/core/a.ts", "tasks/a.ts", "bench/a.ts"];

Deno.test("mapProblems() takes a map that is true", () => {
  const modules = [
    module("lib/mod.ts", "./core/a.ts"),
    module("lib/core/a.ts", "./b.ts"),
    module("lib/core/a_test.ts", "../../tasks/a.ts"),
    module("tasks/a.ts", "../lib/core/a.ts", "../stack/mod.ts"),
    module("bench/a.ts", "../tasks/a.ts"),
  ];
  const paths = [...ROOMS, "deno.json", ".ci/run"];
  assertEquals(mapProblems(MAP, modules, paths), []);
});

Deno.test("mapProblems() names rooms that are missing, on the map or in the house", () => {
  assertEquals(
    mapProblems(MAP, [], ["lib/mod.ts", "lib/show/a.ts", "tasks/a.ts"]),
    [
      "the map's lib/core is not there",
      "the map's bench is not there",
      "lib/show is not on the map",
    ],
  );
  assertEquals(mapProblems("no map", [], ["lab/mod.ts"]), [
    "lab is not on the map",
  ]);
});

Deno.test("mapProblems() names imports that the room's row does not have", () => {
  const modules = [
    module("lib/core/a.ts", "../show/a.ts"),
    module("tasks/a.ts", "../lab/mod.ts"),
  ];
  assertEquals(mapProblems(MAP, modules, ROOMS), [
    "lib/core/a.ts imports lib/show/a.ts, which the map's lib/core may not",
    "tasks/a.ts imports lab/mod.ts, which the map's tasks may not",
  ]);
});

const paths = await projectFiles();
const modules = await projectModules(paths);

Deno.test("the project's imports go one way, and none goes round", () => {
  assertEquals(houseProblems(modules, config.imports), []);
});

Deno.test("CONTRIBUTING's map is true", async () => {
  const markdown = await readProjectFile("CONTRIBUTING.md");
  assertEquals(mapProblems(markdown, modules, paths, config.imports), []);
});

/** Lines of code: neither blank nor of a comment alone. */
function linesOfCode(text: string): number {
  return text.replace(/\/\*[^]*?\*\//g, "").split("\n")
    .filter((line) => /^\s*(?!\/\/)\S/.test(line)).length;
}

Deno.test("lib stays small: what notebooks 01 to 05 do without goes to lab", () => {
  assertEquals(linesOfCode("/**\n * a\n */\n\n// b\nc();\n  // d\n"), 1);
  const lib = modules.filter(({ path }) =>
    path.startsWith("lib/") && !isTest(path)
  );
  const lines = lib.reduce((sum, { text }) => sum + linesOfCode(text), 0);
  assert(lib.length <= 66, `${lib.length} files`);
  assert(lines <= 6690, `${lines} lines of code`);
});
