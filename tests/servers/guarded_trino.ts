/**
 * A Trino as offices have it: HTTPS with a certificate of its own authority,
 * passwords or tokens (JWT), and catalogs that only administrators add.
 *
 * @module
 */

import { createHmac, randomBytes } from "node:crypto";
import {
  localServices,
  type ServiceContext,
} from "../../stack/local/services.ts";
import { writeTrinoPlugin } from "../../stack/local/service_files.ts";
import { java, TRINO_JAVA } from "../../stack/install/java.ts";
import { python } from "../../stack/install/python.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import { artifactPaths } from "../../stack/install/maven.ts";
import { closedPort } from "../support/env.ts";
import { ended } from "../support/programs.ts";
import { makeAuthority } from "./authority.ts";

/** One that runs; see {@linkcode startGuardedTrino}. */
export interface GuardedTrino extends AsyncDisposable {
  /** Its address, `https://localhost:8443`. */
  uri: string;
  /** File of the authority's certificate. */
  authority: string;
  /** A token of that user's, good for an hour. */
  tokenOf(user: string): string;
  /** The password of `alice`, its only user who has one. */
  password: string;
}

const START_MS = 240_000;

/**
 * Who may log in with which password. Trino's own plugin for a file of them is
 * not on Maven Central.
 */
const GUESTS = `
package guests;

import io.trino.spi.Plugin;
import io.trino.spi.security.AccessDeniedException;
import io.trino.spi.security.BasicPrincipal;
import io.trino.spi.security.PasswordAuthenticator;
import io.trino.spi.security.PasswordAuthenticatorFactory;
import java.util.List;
import java.util.Map;

public class Guests implements Plugin {
  @Override
  public Iterable<PasswordAuthenticatorFactory> getPasswordAuthenticatorFactories() {
    return List.of(new PasswordAuthenticatorFactory() {
      @Override
      public String getName() {
        return "guests";
      }

      @Override
      public PasswordAuthenticator create(Map<String, String> passwords) {
        return (user, password) -> {
          if (password.equals(passwords.get(user))) {
            return new BasicPrincipal(user);
          }
          throw new AccessDeniedException("Invalid credentials");
        };
      }
    });
  }
}
`;

/**
 * Puts the plugin for passwords beside the others, and returns the file of
 * passwords, which begins with the plugin's name.
 */
export async function writeGuests(
  dir: string,
  javaHome: string,
  passwords: Record<string, string>,
): Promise<string> {
  const plugin = `${dir}/trino/plugin/guests`;
  const services = `${plugin}/classes/META-INF/services`;
  await Deno.mkdir(services, { recursive: true });
  await Deno.writeTextFile(`${services}/io.trino.spi.Plugin`, "guests.Guests");
  await Deno.writeTextFile(`${dir}/Guests.java`, GUESTS);
  const { code, all } = await ended(`${javaHome}/bin/javac`, [
    ...["-cp", artifactPaths("trino").join(":")],
    ...["-d", `${plugin}/classes`, `${dir}/Guests.java`],
  ]);
  if (code !== 0) throw new Error(all);
  const lines = Object.entries({
    "password-authenticator.name": "guests",
    ...passwords,
  }).map((pair) => pair.join("="));
  await Deno.writeTextFile(`${dir}/passwords.properties`, lines.join("\n"));
  return `${dir}/passwords.properties`;
}

/**
 * Starts one.
 *
 * @param catalogs Properties of its catalogs, by name.
 * @param secrets Variables that the properties refer to.
 */
export async function startGuardedTrino(
  catalogs: Record<string, Record<string, string>>,
  secrets: Record<string, string>,
): Promise<GuardedTrino> {
  const dir = await Deno.makeTempDir();
  const [http, https] = [closedPort(), closedPort()];
  const authority = await makeAuthority();
  const { cert, key } = await authority.certify();
  await Deno.writeTextFile(`${dir}/server.pem`, `${cert}\n${key}`);
  const secret = randomBytes(48);
  await Deno.writeTextFile(`${dir}/jwt.key`, secret.toString("base64"));
  await Deno.mkdir(`${dir}/catalog`);
  for (const [name, properties] of Object.entries(catalogs)) {
    const lines = Object.entries(properties).map((pair) => pair.join("="));
    await Deno.writeTextFile(
      `${dir}/catalog/${name}.properties`,
      lines.join("\n"),
    );
  }
  const context: ServiceContext = {
    ...{ dir, javaHome: await java(TRINO_JAVA), python: await python() },
    ...{ accessKey: "", secretKey: "", region: "us-east-1" },
    ports: {
      ...{ S3_PORT: 0, CATALOG_PORT: 0, CATALOG_BACKEND_PORT: 0 },
      TRINO_PORT: http,
    },
  };
  await writeTrinoPlugin(context);
  const password = `it's $1 "secret"`;
  const passwords = await writeGuests(dir, context.javaHome, {
    // As a file of properties has it.
    alice: password,
  });
  const service = localServices(context).find(({ name }) => name === "trino")!;
  const { command: [program = "", ...args] } = await service.program();
  const usual = await Deno.readTextFile(
    `${PROJECT_DIR}/docker/trino/config.properties`,
  );
  await Deno.writeTextFile(
    `${dir}/config.properties`,
    `${usual.replace(/^catalog\..*$/gm, "")}\ncatalog.management=static\n`,
  );
  const properties = {
    "http-server.https.enabled": "true",
    "http-server.https.port": https,
    "http-server.https.keystore.path": `${dir}/server.pem`,
    "http-server.authentication.type": "PASSWORD,JWT",
    "password-authenticator.config-files": passwords,
    "http-server.authentication.jwt.key-file": `${dir}/jwt.key`,
    "internal-communication.shared-secret": randomBytes(48).toString("base64"),
    config: `${dir}/config.properties`,
    "catalog.config-dir": `${dir}/catalog`,
  };
  const more = Object.entries(properties).map(([n, v]) => `-D${n}=${v}`);
  const log = await Deno.open(`${dir}/log`, { create: true, append: true });
  const process = new Deno.Command(program, {
    // What comes last counts.
    args: args.flatMap((arg) => arg === "-cp" ? [...more, arg] : [arg]),
    env: secrets,
    // It writes logs where it runs.
    cwd: dir,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  process.stderr.pipeTo(log.writable).catch(() => {});
  const uri = `https://localhost:${https}`;
  const trusting = Deno.createHttpClient({
    caCerts: [await Deno.readTextFile(authority.path)],
  });
  const trino: GuardedTrino = {
    ...{ uri, authority: authority.path, password },
    tokenOf(user) {
      const part = (value: object) =>
        new TextEncoder().encode(JSON.stringify(value))
          .toBase64({ alphabet: "base64url", omitPadding: true });
      const exp = Math.floor(Date.now() / 1000) + 3600;
      const text = `${part({ alg: "HS256" })}.${part({ sub: user, exp })}`;
      const signature = createHmac("sha256", secret).update(text)
        .digest("base64url");
      return `${text}.${signature}`;
    },
    async [Symbol.asyncDispose]() {
      trusting.close();
      try {
        process.kill("SIGTERM");
      } catch { /* it has ended */ }
      await process.status;
      await authority[Symbol.asyncDispose]();
      await Deno.remove(dir, { recursive: true });
    },
  };
  const isUp = async () => {
    const response = await fetch(`${uri}/v1/info`, { client: trusting });
    return (await response.json()).starting === false;
  };
  const last = performance.now() + START_MS;
  while (!await isUp().catch(() => false)) {
    if (performance.now() > last) {
      const text = await Deno.readTextFile(`${dir}/log`);
      await trino[Symbol.asyncDispose]();
      throw new Error(`Trino did not come up: ${text.slice(-3000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return trino;
}
