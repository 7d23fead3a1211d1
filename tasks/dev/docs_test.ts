import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { parseNotebook } from "../notebooks/document.ts";
import {
  type LinkedText,
  linkProblems,
  notebookParts,
} from "../notebooks/links.ts";
import {
  exampleProblems,
  lengthProblems,
  linkedText,
  settingProblems,
  taskNameProblems,
  taskOf,
  taskPageProblems,
} from "./docs.ts";
import { isTest } from "./house.ts";
import { projectFiles, readProjectFile } from "./project_files.ts";
import { settingsRead } from "./settings_read.ts";

Deno.test("linkedText() has pictures checked as links are", async () => {
  const text = linkedText(
    "docs/a.md",
    '# A\n![one](1.png) <img src="2.png" width="4"> [two](../b.md#b) [a](#a)\n',
  );
  const isThere = (path: string) => Promise.resolve(path === "b.md");
  assertEquals(await linkProblems([text], isThere), [
    "docs/a.md: the link to 1.png leads to no file",
    "docs/a.md: the link to 2.png leads to no file",
  ]);
  const b = linkedText("b.md", "# C\n");
  assertEquals(await linkProblems([text, b], () => Promise.resolve(true)), [
    "docs/a.md: the link to ../b.md#b leads to no heading",
  ]);
});

Deno.test("lengthProblems() counts lines", () => {
  assertEquals(lengthProblems("a.md", "1\n2\n3\n", 3), []);
  assertEquals(lengthProblems("a.md", "1\n2\n3\n4\n", 3), [
    "a.md has 4 lines, 3 at most: move something to docs/",
  ]);
});

Deno.test("taskNameProblems() names tasks that are none", () => {
  const text = linkedText(
    "a.md",
    "`deno task up`, npx -y deno@2.8.1 task gone, deno\ntask test:gone --all; " +
      "deno task … and deno task NAME are none\n",
  );
  assertEquals(taskNameProblems([text], ["up", "test"]), [
    "a.md names deno task gone, which is no task",
    "a.md names deno task test:gone, which is no task",
  ]);
});

const PROGRAM = `
command("up", "Starts.")
  .option("-n, --lines <number>", "how many", "100")
  .option(
    "--no-browser",
    "none, unlike --this",
  )
`;
const UP = taskOf("up", PROGRAM);

Deno.test("taskOf() finds a program's options", () => {
  assertEquals(UP, { name: "up", options: ["--lines", "--no-browser"] });
});

Deno.test("taskPageProblems() takes a page that is true", () => {
  const page = `# Tasks

\`--help\` shows more.

## \`up\`

Like \`down --clean\`.

| option | meaning |
| --- | --- |
| \`-n\`, \`--lines <number>\` | not \`--that\` |
| \`--no-browser\` | none |

## What else there is
`;
  assertEquals(taskPageProblems(page, [UP]), []);
});

Deno.test("taskPageProblems() names tasks and options that are missing or too many", () => {
  const page = `# Tasks

## \`up\`

| option | meaning |
| --- | --- |
| \`--lines <number>\` | how many |
| \`--gone\` | what was |

## \`gone\`
`;
  assertEquals(
    taskPageProblems(page, [UP, { name: "down", options: [] }]),
    [
      "the section of up lacks --no-browser",
      "the section of up has --gone, which it does not take",
      "the task down has no section",
      "there is a section of gone, which is no task",
    ],
  );
});

Deno.test("settingProblems() names variables that are missing or too many", () => {
  const read = new Map([["ROWS", "lib/a.ts"], ["STACK", "lib/b.ts"]]);
  assertEquals(settingProblems("| `ROWS` | `1` |\n`STACK`", read), []);
  assertEquals(settingProblems("| `ROWS` | `GONE` |", read), [
    "STACK is missing, which lib/b.ts reads",
    "GONE is there, which nothing reads",
  ]);
});

Deno.test("exampleProblems() names variables that are missing or too many", () => {
  const compose = new Map([["S3_PORT", "a"], ["IMAGE", "a"]]);
  const read = new Map([...compose, ["PROJECT", "b"]]);
  const example = "# Ports.\n#S3_PORT=1\nIMAGE=\n";
  assertEquals(exampleProblems(`${example}PROJECT=a\n`, compose, read), []);
  assertEquals(exampleProblems("IMAGE=\n#GONE=1\n", compose, read), [
    "S3_PORT is missing, which the Compose file reads",
    "GONE is there, which nothing reads",
  ]);
});

const paths = await projectFiles();
const texts: LinkedText[] = [];
for (const path of paths) {
  if (path.endsWith(".md")) {
    texts.push(linkedText(path, await readProjectFile(path)));
  } else if (path.endsWith(".ipynb")) {
    const notebook = parseNotebook(await readProjectFile(path), path);
    texts.push({ path, parts: notebookParts(notebook) });
  }
}

Deno.test("every link of the documentation leads somewhere", async () => {
  const isThere = (target: string) =>
    Promise.resolve(
      paths.some((path) => `${path}/`.startsWith(target.replace(/\/*$/, "/"))),
    );
  assertEquals(await linkProblems(texts, isThere), []);
});

Deno.test("every task that the documentation names is one", () => {
  assertEquals(taskNameProblems(texts, Object.keys(config.tasks)), []);
});

Deno.test("docs/tasks.md has every task with its options", async () => {
  const tasks = await Promise.all(
    Object.entries(config.tasks).map(async ([name, { command }]) => {
      const [, file] = command.match(/^deno run -A (\S+\.ts)$/) ?? [];
      return taskOf(name, file ? await readProjectFile(file) : "");
    }),
  );
  const page = await readProjectFile("docs/tasks.md");
  assertEquals(taskPageProblems(page, tasks), []);
});

Deno.test("docs/settings.md has every variable that is read, and docker/.env.example the Compose file's", async () => {
  const files = await Promise.all(
    paths.filter((path) => /\.(ts|py|ya?ml)$/.test(path) && !isTest(path))
      .map(async (path) => ({ path, text: await readProjectFile(path) })),
  );
  const read = settingsRead(files);
  const page = await readProjectFile("docs/settings.md");
  assertEquals(settingProblems(page, read), []);
  const compose = settingsRead(
    files.filter(({ path }) => path === "docker/docker-compose.yaml"),
  );
  const example = await readProjectFile("docker/.env.example");
  assertEquals(exampleProblems(example, compose, read), []);
});

Deno.test("the README is short", async () => {
  assertEquals(
    lengthProblems("README.md", await readProjectFile("README.md"), 190),
    [],
  );
});
