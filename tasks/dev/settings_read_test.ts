import { assertEquals } from "@std/assert";
import { settingsRead } from "./settings_read.ts";

/** Variables that files of these texts read. */
function read(files: Record<string, string>): string[] {
  const modules = Object.entries(files).map(([path, text]) => ({ path, text }));
  return [...settingsRead(modules).keys()].sort();
}

Deno.test("settingsRead() finds names as they stand, as constants and as properties", () => {
  const text = `
const RECORDING = "RECORD";
const NEEDS = [{ variable: "TRINO_HOME" }, { variable: "SPARK_HOME" }];
export const a = Deno.env.get("ROWS") ?? Deno.env.get(
  "LONG_NAME",
);
export const b = Deno.env.get(RECORDING) === "1";
export const c = NEEDS.map((need) => Deno.env.get(need.variable));
`;
  assertEquals(read({ "a.ts": text }), [
    ...["LONG_NAME", "RECORD", "ROWS", "SPARK_HOME", "TRINO_HOME"],
  ]);
});

Deno.test("settingsRead() follows functions that hand a name on", () => {
  const settings = `
function sources() {
  const file = readFile();
  return (name: string) => Deno.env.get(name) || file[name];
}
const lookUp = sources();
const required = (name: string) => lookUp(name) ?? "";
export const a = required("OWN") + lookUp(
  "WRAPPED",
);
`;
  const compose = `
export function variable(name: string): string | undefined {
  return Deno.env.get(name) || undefined;
}
export function parse(text: string): string {
  return text + variable("PARSED");
}
`;
  const user = `
const b = variable("OTHER");
const c = required("NO_READER_OF_THIS_FILE") + parse("NONE");
throw new Error("NO_SETTING");
`;
  assertEquals(
    read({ "c.ts": user, "b.ts": compose, "a.ts": settings }),
    ["OTHER", "OWN", "PARSED", "WRAPPED"],
  );
});

Deno.test("settingsRead() finds the names of an object that is gone through", () => {
  const text = `
const PORTS = {
  S3_PORT: 9000,
  TRINO_PORT: 9999,
};
for (const name of Object.keys(PORTS)) console.log(Deno.env.get(name));
`;
  assertEquals(read({ "a.ts": text }), ["S3_PORT", "TRINO_PORT"]);
});

Deno.test("settingsRead() reads Python and Compose files", () => {
  assertEquals(
    read({
      "a.py": 'a = os.environ["ONE"]\nb = os.environ.get("TWO", "x")\n',
      "docker-compose.yaml":
        "image: ${THREE:-a}\nports: [${FOUR:-1}:1]\nNOT_READ: ${FIVE:?why}\n",
      "a.txt": 'os.environ["NONE"]',
    }),
    ["FIVE", "FOUR", "ONE", "THREE", "TWO"],
  );
});
