/**
 * Programs of others, run as a reader would run them.
 *
 * @module
 */

/** How a program ended. */
export interface Ended {
  /** Its exit code. */
  code: number;
  /** What it wrote to standard output. */
  out: string;
  /** That, and what it wrote to standard error. */
  all: string;
}

/** Runs a program to its end. */
export async function ended(
  command: string,
  args: string[],
  env: Record<string, string> = {},
  input = "",
): Promise<Ended> {
  const child = new Deno.Command(command, {
    args,
    env: { NO_COLOR: "1", ...env },
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    new Blob([input]).stream().pipeTo(child.stdin).catch(() => {}),
  ]);
  const decoder = new TextDecoder();
  const out = decoder.decode(stdout);
  return { code, out, all: out + decoder.decode(stderr) };
}

/** Programs in a folder of their own, as they would be on one's PATH. */
export async function withPrograms(
  programs: Record<string, string>,
  body: (dir: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(programs)) {
      await Deno.writeTextFile(`${dir}/${name}`, `#!/bin/sh\n${text}\n`);
      await Deno.chmod(`${dir}/${name}`, 0o755);
    }
    const PATH = `${dir}:${Deno.env.get("PATH")}`;
    await body(dir, { PATH, HOME: dir });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/**
 * A Java program that asks over JDBC: an address, a query, and properties as
 * `name=value`; a value that begins with `$` is that variable's.
 */
export const ASK = `
import java.sql.DriverManager;
import java.util.Properties;

public class Ask {
  public static void main(String[] args) throws Exception {
    var properties = new Properties();
    for (int i = 2; i < args.length; i++) {
      var pair = args[i].split("=", 2);
      var isVariable = pair[1].startsWith("$");
      properties.put(pair[0], isVariable ? System.getenv(pair[1].substring(1)) : pair[1]);
    }
    try (var connection = DriverManager.getConnection(args[0], properties);
        var rows = connection.createStatement().executeQuery(args[1])) {
      rows.next();
      System.out.println(rows.getString(1));
    }
  }
}
`;
