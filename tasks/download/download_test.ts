import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createHash } from "node:crypto";
import pl from "nodejs-polars";
import { closedPort, withEnv } from "../../tests/support/env.ts";
import {
  dropped,
  type PortalRow,
  type PortalServer,
  portalServer,
  SODA_COLUMNS,
  sodaError,
  sodaText,
} from "../../tests/servers/portal.ts";
import { PROJECT_DIR } from "../../lib/core/settings.ts";
import {
  type DownloadOptions,
  type DownloadResult,
  downloadTrips,
} from "./download.ts";
import { LakehouseError } from "../../lib/core/errors.ts";
import { TRIP_COLUMNS } from "../../lib/trips/data_set.ts";
import { generateTrips } from "../../lib/trips/generate.ts";

const OLD = "wrvz-psew";
const NEW = "ajtu-isnz";
const TAXI = "a".repeat(128);
const hex = (number: number) => number.toString(16).padStart(40, "0");

/** Rows as the portal has recorded them, with and without nulls. */
const RECORDED: PortalRow[] = [
  {
    trip_id: "14176ffa6e52c6716e37275173f1bf8ee681866f",
    taxi_id: TAXI,
    trip_start_timestamp: "2023-01-01T00:15:00.000",
    trip_end_timestamp: "2023-01-01T00:30:00.000",
    trip_seconds: "1044",
    trip_miles: "5.75",
    pickup_census_tract: "17031080300",
    dropoff_census_tract: "17031980000",
    pickup_community_area: "8",
    dropoff_community_area: "76",
    fare: "17.5",
    tips: "0",
    tolls: "0",
    extras: "4.36",
    trip_total: "21.86",
    payment_type: "Credit Card",
    company: "Taxicab Insurance Agency, LLC",
    pickup_centroid_latitude: "41.9074919303",
    pickup_centroid_longitude: "-87.6357600901",
    pickup_centroid_location: {
      type: "Point",
      coordinates: [-87.6357600901, 41.9074919303],
    },
    dropoff_centroid_latitude: "41.97907082",
    dropoff_centroid_longitude: "-87.903039661",
    dropoff_centroid_location: {
      type: "Point",
      coordinates: [-87.903039661, 41.97907082],
    },
  },
  {
    trip_id: "0577e6cfe99603844b2a60bc046bdd88cbc48ad7",
    taxi_id: TAXI,
    trip_start_timestamp: "2023-01-01T00:30:00.000",
    trip_seconds: "0",
    trip_miles: "0",
    fare: "3.25",
    payment_type: "Cash",
    company: "Chicago Café d'Or",
  },
];

/** Trips of one day in quarters of an hour, whose numbers say which they are. */
function trips(day: string, count: number, first = 1): PortalRow[] {
  return Array.from({ length: count }, (_, i) => ({
    ...RECORDED[i % 2],
    trip_id: hex(first + i),
    trip_start_timestamp: `${day}T${String(i % 24).padStart(2, "0")}:15:00.000`,
    trip_seconds: String(first + i),
    company: `Company ${i % 7}`,
  }));
}

/** Starts a portal and an empty folder for a test. */
async function withPortal(
  datasets: Record<string, PortalRow[]>,
  body: (
    portal: PortalServer,
    dir: string,
    download: (options?: DownloadOptions) => Promise<DownloadResult>,
  ) => Promise<void>,
): Promise<void> {
  await using portal = portalServer({ [OLD]: [], [NEW]: [], ...datasets });
  const dir = await Deno.makeTempDir();
  try {
    await withEnv(
      { PORTAL_URI: portal.uri, SODA_APP_TOKEN: "" },
      () =>
        body(portal, dir, (options = {}) =>
          downloadTrips({
            dir,
            months: "2023-01",
            retryWaitMs: 1,
            onProgress: () => {},
            ...options,
          })),
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const names = (dir: string) =>
  [...Deno.readDirSync(dir)].map(({ name }) => name).sort();

const read = (paths: string[]) =>
  pl.concat(paths.map((path) => pl.readParquet(path)));

/** What `trips()` has numbered, in the order of the files. */
const numbers = (paths: string[]) =>
  read(paths).getColumn("trip_seconds").toArray().map(Number);

const expected = (rows: PortalRow[]) =>
  rows.toSorted((a, b) =>
    `${a.trip_start_timestamp}${a.trip_id}` <
        `${b.trip_start_timestamp}${b.trip_id}`
      ? -1
      : 1
  ).map((row) => Number(row.trip_seconds));

const pages = ({ requests }: PortalServer) =>
  requests.filter(({ params }) => !params.$group);

async function sha256(paths: string[]): Promise<string[]> {
  return await Promise.all(paths.map(async (path) => {
    const hash = await crypto.subtle.digest(
      "SHA-256",
      await Deno.readFile(path),
    );
    return new Uint8Array(hash).toHex();
  }));
}

Deno.test("downloadTrips() gives every column the product's name, type and value", () =>
  withPortal({ [OLD]: RECORDED }, async (_portal, dir, download) => {
    const { rows, files, fetched } = await download();
    assertEquals([rows, fetched, files], [2, 2, [
      `${dir}/portal-00000.parquet`,
    ]]);
    const frame = read(files);
    assertEquals(frame.toRecords() as unknown[], [
      {
        unique_key: "14176ffa6e52c6716e37275173f1bf8ee681866f",
        taxi_id: TAXI,
        trip_start_timestamp: new Date("2023-01-01T00:15:00Z"),
        trip_end_timestamp: new Date("2023-01-01T00:30:00Z"),
        trip_seconds: 1044,
        trip_miles: 5.75,
        pickup_census_tract: 17031080300,
        dropoff_census_tract: 17031980000,
        pickup_community_area: 8,
        dropoff_community_area: 76,
        fare: 17.5,
        tips: 0,
        tolls: 0,
        extras: 4.36,
        trip_total: 21.86,
        payment_type: "Credit Card",
        company: "Taxicab Insurance Agency, LLC",
        pickup_latitude: 41.9074919303,
        pickup_longitude: -87.6357600901,
        pickup_location: "POINT (-87.6357600901 41.9074919303)",
        dropoff_latitude: 41.97907082,
        dropoff_longitude: -87.903039661,
        dropoff_location: "POINT (-87.903039661 41.97907082)",
      },
      {
        unique_key: "0577e6cfe99603844b2a60bc046bdd88cbc48ad7",
        taxi_id: TAXI,
        trip_start_timestamp: new Date("2023-01-01T00:30:00Z"),
        trip_end_timestamp: null,
        trip_seconds: 0,
        trip_miles: 0,
        pickup_census_tract: null,
        dropoff_census_tract: null,
        pickup_community_area: null,
        dropoff_community_area: null,
        fare: 3.25,
        tips: null,
        tolls: null,
        extras: null,
        trip_total: null,
        payment_type: "Cash",
        company: "Chicago Café d'Or",
        pickup_latitude: null,
        pickup_longitude: null,
        pickup_location: null,
        dropoff_latitude: null,
        dropoff_longitude: null,
        dropoff_location: null,
      },
    ]);
    // Polars notes which texts of a pool the generator has drawn.
    const types = (of: pl.DataFrame) =>
      Object.entries(of.schema).map(([name, type]) =>
        `${name} ${type}`.replace("Categorical", "String")
      );
    await Deno.mkdir(`${dir}/generated`);
    const generated = await generateTrips({
      rows: 10,
      dir: `${dir}/generated`,
    });
    assertEquals(types(frame), types(read(generated.files)));
    assertEquals(frame.columns, TRIP_COLUMNS.map(({ name }) => name));
  }));

Deno.test("downloadTrips() reads a column without any value", () =>
  withPortal({ [OLD]: [RECORDED[1]!] }, async (_portal, _dir, download) => {
    const [trip] = read((await download()).files).toRecords();
    assertEquals(trip?.dropoff_location, null);
    assertEquals(trip?.company, "Chicago Café d'Or");
  }));

Deno.test("downloadTrips() pages by key, in the order of time, over days and files", () => {
  // One day is larger than a page, two are small, one fills its pages exactly.
  const rows = [
    ...trips("2023-01-03", 5, 100),
    ...trips("2023-01-01", 25, 1),
    ...trips("2023-01-02", 4, 50),
    ...trips("2023-01-31", 20, 200),
    ...trips("2023-02-01", 3, 900),
  ];
  return withPortal({ [OLD]: rows }, async (portal, _dir, download) => {
    const { files, rows: total } = await download({
      rowsPerRequest: 10,
      rowsPerFile: 30,
    });
    const wanted = rows.filter(({ trip_seconds }) =>
      Number(trip_seconds) < 900
    );
    assertEquals(total, 54);
    assertEquals(numbers(files), expected(wanted));
    assertEquals(files.map((file) => read([file]).height), [30, 24]);
    const sizes = pages(portal).map(({ params }) => Number(params.$limit));
    assert(sizes.every((size) => size <= 10), String(sizes));
    assert(pages(portal).every(({ params }) => !params.$offset));
    // The last page of the last day is empty, as is known only afterwards.
    assertStringIncludes(
      pages(portal).at(-1)!.params.$where!,
      "trip_start_timestamp < '2023-02-01T00:00:00.000'",
    );
  });
});

Deno.test("downloadTrips() takes each month from the dataset that holds its year", () => {
  const old = [...trips("2023-12-31", 3, 1), ...trips("2022-12-31", 3, 700)];
  const recent = [
    ...trips("2024-01-01", 4, 10),
    ...trips("2024-02-29", 2, 800),
  ];
  return withPortal(
    { [OLD]: old, [NEW]: recent },
    async (portal, _dir, download) => {
      const { files } = await download({ months: "2023-12..2024-01" });
      assertEquals(
        numbers(files),
        expected([...old.slice(0, 3), ...recent.slice(0, 4)]),
      );
      assertEquals(pages(portal).map(({ dataset }) => dataset), [OLD, NEW]);
    },
  );
});

Deno.test("downloadTrips() stops at the number of trips asked for, and counts no further year", () => {
  const rows = [...trips("2023-05-01", 8), ...trips("2024-05-01", 8, 100)];
  return withPortal(
    { [OLD]: rows.slice(0, 8), [NEW]: rows.slice(8) },
    async (portal, dir, download) => {
      const months = "2023-01..2024-12";
      const few = await download({ months, rows: 5 });
      assertEquals(numbers(few.files), expected(rows).slice(0, 5));
      assert(portal.requests.every(({ dataset }) => dataset === OLD));
      const more = await download({ months, rows: 11, dir: `${dir}/more` });
      assertEquals(numbers(more.files), expected(rows).slice(0, 11));
    },
  );
});

Deno.test("downloadTrips() asks again after what passes, and loses and repeats nothing", async (t) => {
  const rows = trips("2023-01-01", 25);
  const busy = (status: number, headers: HeadersInit = {}) => () =>
    new Response("busy", { status, headers });
  const faults: Record<string, PortalServer["faults"][number]> = {
    "a connection that drops in the middle of an answer": (_, found) =>
      dropped(found),
    "an answer that ends in the middle": (_, found) =>
      new Response(sodaText(found).slice(0, -40), {
        headers: { "content-type": "application/json" },
      }),
    "429": busy(429),
    "500": busy(500),
    "503": busy(503),
    "202, still under way": busy(202),
    "fewer trips than counted": (_, found) =>
      new Response(sodaText(found.slice(0, 3)), {
        headers: { "content-type": "application/json" },
      }),
  };
  for (const [name, fault] of Object.entries(faults)) {
    await t.step(
      name,
      () =>
        withPortal({ [OLD]: rows }, async (portal, _dir, download) => {
          // The count, the first page, and a page in the middle.
          portal.faults = name.startsWith("fewer")
            ? [() => undefined, fault, () => undefined, fault]
            : [fault, () => undefined, fault, () => undefined, fault];
          const { files } = await download({ rowsPerRequest: 10 });
          assertEquals(numbers(files), expected(rows));
          assertEquals(portal.faults, []);
        }),
    );
  }
});

Deno.test("downloadTrips() waits as long as Retry-After says, and says so", () =>
  withPortal(
    { [OLD]: trips("2023-01-01", 3) },
    async (portal, _dir, download) => {
      portal.faults = [
        () =>
          new Response("", { status: 429, headers: { "retry-after": "1" } }),
      ];
      const details: string[] = [];
      const started = performance.now();
      await download({
        onProgress: ({ detail }) => void (detail && details.push(detail)),
      });
      assert(performance.now() - started >= 1_000);
      assertMatch(
        details.join(),
        /the portal answered 429; again in 1(\.\d)? s/,
      );
    },
  ));

Deno.test("downloadTrips() asks again when no answer comes in time", () =>
  withPortal(
    { [OLD]: trips("2023-01-01", 3) },
    async (portal, _dir, download) => {
      const late = Promise.withResolvers<Response>();
      portal.faults = [() => undefined, () => late.promise];
      const { rows } = await download({ requestLimitMs: 300 });
      late.resolve(new Response());
      assertEquals(rows, 3);
    },
  ));

Deno.test("downloadTrips() gives up in the end, and goes on there the next time", () => {
  const rows = trips("2023-01-01", 25);
  return withPortal({ [OLD]: rows }, async (portal, dir, download) => {
    const options = { rowsPerRequest: 10, rowsPerFile: 7 };
    const whole = await download({ ...options, dir: `${dir}/whole` });
    const pass = () => undefined;
    const fail = () => new Response("", { status: 500 });
    portal.faults = [pass, pass, pass, ...Array(7).fill(fail)];
    const error = await assertRejects(() => download(options), LakehouseError);
    assertStringIncludes(error.message, "the portal answered 500");
    assertStringIncludes(error.message, "goes on where it stopped");
    assertEquals(names(dir).includes("portal-00001.parquet"), true);
    portal.requests.length = 0;
    const rest = await download(options);
    assertEquals(rest.fetched, 25 - 14);
    assertEquals(rest.rows, 25);
    assertEquals(await sha256(rest.files), await sha256(whole.files));
    assertEquals(names(dir).includes(".downloading"), false);
  });
});

Deno.test("downloadTrips() names the token when the portal has enough of it without", () =>
  withPortal({ [OLD]: RECORDED }, async (portal, dir, download) => {
    const busy = () => new Response("", { status: 429 });
    portal.faults = Array(7).fill(busy);
    await assertRejects(download, LakehouseError, "set SODA_APP_TOKEN");
    assertEquals(names(dir), []);
  }));

Deno.test("downloadTrips() says that nothing answers", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const PORTAL_URI = `http://127.0.0.1:${closedPort()}`;
    const error = await withEnv({ PORTAL_URI }, () =>
      assertRejects(
        () => downloadTrips({ dir, retryWaitMs: 1, onProgress: () => {} }),
        LakehouseError,
        PORTAL_URI,
      ));
    assertMatch(error.message, /the connection failed \(.*refused/);
    assertEquals(names(dir), []);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("downloadTrips() loses no trip the portal held back for a while", () => {
  const rows = trips("2023-01-01", 12);
  return withPortal({ [OLD]: rows }, async (portal, _dir, download) => {
    const hidden = (_: unknown, found: PortalRow[]) =>
      new Response(sodaText(found.slice(0, -1)), {
        headers: { "content-type": "application/json" },
      });
    portal.faults = [() => undefined, ...Array(7).fill(hidden)];
    await assertRejects(
      download,
      LakehouseError,
      "counted 12 trips from 2023-01-01T00:00:00.000 to 2023-01-02T00:00:00.000 and gave 11",
    );
    assertEquals(numbers((await download()).files), expected(rows));
  });
});

Deno.test("downloadTrips() goes on after a stop with what had come, to the same files", () => {
  const rows = [...trips("2023-01-01", 25), ...trips("2023-01-02", 25, 100)];
  return withPortal({ [OLD]: rows }, async (portal, dir, download) => {
    const options = { rowsPerRequest: 6, rowsPerFile: 20 };
    const whole = await download({ ...options, dir: `${dir}/whole` });
    const asked = pages(portal).length;
    portal.requests.length = 0;
    // Stopped after every single page.
    for (let stops = 0;; stops++) {
      assert(stops < 2 * asked, `${stops} stops`);
      const controller = new AbortController();
      let first: number | undefined;
      try {
        const { files } = await download({
          ...options,
          signal: controller.signal,
          onProgress({ done }) {
            first ??= done;
            if (done > first) {
              controller.abort(new Error("stopped by the test"));
            }
          },
        });
        assertEquals(await sha256(files), await sha256(whole.files));
        assert(stops >= asked - 3, `${stops} stops`);
        break;
      } catch (error) {
        assertEquals((error as Error).message, "stopped by the test");
      }
    }
    // A page that was under way when the stop came is asked for again.
    const questions = pages(portal).map(({ params }) =>
      `${params.$where} ${params.$limit}`
    );
    assert(new Set(questions).size <= asked + 2, String(questions.length));
    assertEquals(numbers(whole.files), expected(rows));
  });
});

Deno.test("downloadTrips() writes the same files whatever the size of its requests", () => {
  const rows = [...trips("2023-01-01", 25), ...trips("2023-01-02", 9, 100)];
  return withPortal({ [OLD]: rows }, async (_portal, dir, download) => {
    const sums: string[] = [];
    for (const rowsPerRequest of [1, 4, 10, 25_000]) {
      const { files } = await download({
        rowsPerRequest,
        rowsPerFile: 20,
        dir: `${dir}/${rowsPerRequest}`,
      });
      sums.push((await sha256(files)).join());
    }
    assertEquals(new Set(sums).size, 1);
  });
});

Deno.test("downloadTrips() keeps keys that are not 40 hexadecimal digits", () => {
  const rows = trips("2023-01-01", 3);
  rows[1] = { ...rows[1], trip_id: "Zürich's 7" };
  return withPortal({ [OLD]: rows }, async (_portal, _dir, download) => {
    const { files } = await download({ rowsPerRequest: 1 });
    assertEquals(read(files).getColumn("unique_key").toArray(), [
      hex(1),
      "Zürich's 7",
      hex(3),
    ]);
  });
});

Deno.test("downloadTrips() begins the file under way anew when its pages are gone", () => {
  const rows = trips("2023-01-01", 20);
  return withPortal({ [OLD]: rows }, async (portal, dir, download) => {
    const options = { rowsPerRequest: 4, rowsPerFile: 12 };
    const fail = () => new Response("", { status: 500 });
    const pass = () => undefined;
    portal.faults = [...Array(5).fill(pass), ...Array(7).fill(fail)];
    await assertRejects(() => download(options), LakehouseError);
    const pagesLeft = names(`${dir}/.downloading`)
      .filter((name) => name.endsWith(".arrow"));
    assertEquals(pagesLeft, ["portal-00001-0000.arrow"]);
    await Deno.remove(`${dir}/.downloading`, { recursive: true });
    assertEquals(numbers((await download(options)).files), expected(rows));
  });
});

/** Runs the task in a process of its own; `kill` ends it when the portal is asked in vain. */
async function task(
  portal: PortalServer,
  dir: string,
  signal?: Deno.Signal,
): Promise<{ code: number; text: string }> {
  const asked = Promise.withResolvers<void>();
  const late = Promise.withResolvers<Response>();
  const pass = () => undefined;
  portal.faults = signal
    ? [pass, pass, pass, () => {
      asked.resolve();
      return late.promise;
    }]
    : [];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `${PROJECT_DIR}/tasks/download/main.ts`,
      "--months=2023-12..2024-01",
      `--dir=${dir}`,
    ],
    env: { PORTAL_URI: portal.uri, NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  // A task that ends before it is asked for that much has failed.
  await Promise.race([signal && asked.promise, output]);
  try {
    if (signal) child.kill(signal);
  } catch {
    // It has ended; what it said shows below.
  }
  const { code, stdout, stderr } = await output;
  late.resolve(new Response());
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, text: decode(stdout) + decode(stderr) };
}

for (const signal of ["SIGINT", "SIGKILL"] as const) {
  Deno.test(`the task goes on after ${signal}, to the same files`, () => {
    const datasets = {
      [OLD]: trips("2023-12-31", 30),
      [NEW]: trips("2024-01-01", 30, 100),
    };
    return withPortal(datasets, async (portal, dir, download) => {
      const whole = await download({
        months: "2023-12..2024-01",
        dir: `${dir}/whole`,
      });
      const stopped = await task(portal, `${dir}/task`, signal);
      if (signal === "SIGINT") {
        assertEquals(stopped.code, 130, stopped.text);
        assertStringIncludes(
          stopped.text,
          "the same command goes on from here",
        );
        assertStringIncludes(stopped.text, "error: Stopped by the user");
      }
      assertEquals(names(`${dir}/task`), [
        ".downloading",
        ...signal === "SIGKILL" ? [".lock"] : [],
        "_downloaded.json",
      ]);
      portal.requests.length = 0;
      const { code, text } = await task(portal, `${dir}/task`);
      assertEquals(code, 0, text);
      assertStringIncludes(text, "60 trips in 1 files");
      assertEquals(pages(portal).map(({ dataset }) => dataset), [NEW]);
      const name = "portal-00000.parquet";
      assertEquals(
        await sha256([`${dir}/task/${name}`]),
        await sha256(whole.files),
      );
      assertEquals(names(`${dir}/task`), ["_downloaded.json", name]);
    });
  });
}

Deno.test("downloadTrips() names a column that is missing, renamed or of another type", async (t) => {
  const rows = trips("2023-01-01", 3);
  const renamed = SODA_COLUMNS.map((name) =>
    name === "fare" ? "fare_total" : name
  );
  await t.step(
    "refused by the portal",
    () =>
      withPortal({ [OLD]: rows }, async (portal, dir, download) => {
        portal.columns = renamed;
        await assertRejects(
          download,
          LakehouseError,
          'no column "fare" any more',
        );
        assertEquals(names(dir), []);
      }),
  );
  await t.step(
    "missing and new in the answer",
    () =>
      withPortal({ [OLD]: rows }, async (portal, _dir, download) => {
        portal.faults = [() => undefined, (_, found) =>
          new Response(
            sodaText(found.map(({ fare, ...rest }) => ({
              ...rest,
              fare_total: fare,
            }))),
            {
              headers: {
                "content-type": "application/json",
                "x-soda2-fields": JSON.stringify(renamed),
              },
            },
          )];
        await assertRejects(
          download,
          LakehouseError,
          'the answer lacks "fare"; it has "fare_total", not asked for',
        );
      }),
  );
  const cells: [string, unknown, string][] = [
    ["fare", "free", "double"],
    ["trip_seconds", "12.5", "long"],
    ["trip_end_timestamp", "01/01/2023 12:15:00 AM", "timestamp"],
    ["trip_end_timestamp", "2023-02-31T25:00:00.000", "timestamp"],
    ["pickup_centroid_location", { type: "Polygon" }, "string"],
  ];
  for (const [name, value, type] of cells) {
    await t.step(`${name} ${JSON.stringify(value)}`, () =>
      withPortal(
        { [OLD]: [rows[0]!, { ...rows[1], [name]: value }] },
        async (_portal, _dir, download) => {
          await assertRejects(
            download,
            LakehouseError,
            `column "${name}" of trip ${hex(2)} is ${
              JSON.stringify(value)
            }, not a ${type}`,
          );
        },
      ));
  }
});

Deno.test("downloadTrips() says what is wrong with a portal that is none", async (t) => {
  const replies: Record<string, [() => Response, string]> = {
    "a page of a proxy": [
      () =>
        new Response("<html>", { headers: { "content-type": "text/html" } }),
      'it answered "text/html", not JSON',
    ],
    "another host": [
      () =>
        new Response(null, {
          status: 301,
          headers: { location: "https://elsewhere.example/" },
        }),
      "sends to https://elsewhere.example/",
    ],
    "no rows": [() => Response.json({ rows: [] }), "no list of rows"],
    "not its order": [
      () =>
        new Response(sodaText(trips("2023-01-01", 3).toReversed()), {
          headers: { "content-type": "application/json" },
        }),
      "does not keep to the order asked for",
    ],
  };
  for (const [name, [reply, message]] of Object.entries(replies)) {
    await t.step(name, () =>
      withPortal(
        { [OLD]: trips("2023-01-01", 3) },
        async (portal, dir, download) => {
          portal.faults = name === "not its order"
            ? [() => undefined, reply]
            : [reply];
          await assertRejects(download, LakehouseError, message);
          assertEquals(portal.faults, []);
          assertEquals(names(dir), []);
        },
      ));
  }
  await t.step(
    "no trips in these months",
    () =>
      withPortal({}, async (_portal, dir, download) => {
        await assertRejects(download, LakehouseError, "none from 2023-01");
        assertEquals(names(dir), []);
      }),
  );
});

Deno.test("downloadTrips() sends the token to the portal and shows it nowhere", () =>
  withPortal(
    { [OLD]: trips("2023-01-01", 3) },
    async (portal, dir, download) => {
      await withEnv({ SODA_APP_TOKEN: "secret-token" }, async () => {
        portal.faults = [
          () =>
            sodaError(403, "permission_denied", "Invalid app_token specified"),
        ];
        const error = await assertRejects(download, LakehouseError);
        assertStringIncludes(error.message, "check SODA_APP_TOKEN");
        assertEquals(Deno.inspect(error).includes("secret-token"), false);
        await download();
        assert(portal.requests.every(({ token }) => token === "secret-token"));
        const record = await Deno.readTextFile(`${dir}/_downloaded.json`);
        assertEquals(record.includes("secret-token"), false);
      });
      portal.requests.length = 0;
      await download({ dir: `${dir}/more` });
      assertEquals(portal.requests[0]?.token, null);
    },
  ));

Deno.test("downloadTrips() keeps what is there already, and asks the portal nothing", () =>
  withPortal(
    { [OLD]: trips("2023-01-01", 3) },
    async (portal, _dir, download) => {
      const first = await download();
      portal.requests.length = 0;
      const again = await download();
      assertEquals([again.fetched, again.rows, again.files], [
        0,
        3,
        first.files,
      ]);
      assertEquals(portal.requests, []);
    },
  ));

Deno.test("downloadTrips() does not pass over damaged files", () =>
  withPortal(
    { [OLD]: trips("2023-01-01", 3) },
    async (_portal, _dir, download) => {
      const { files } = await download();
      await Deno.writeTextFile(files[0]!, "damaged");
      await assertRejects(download, LakehouseError, "missing or have changed");
      assertEquals(await Deno.readTextFile(files[0]!), "damaged");
      assertEquals((await download({ replace: true })).fetched, 3);
      assertEquals(read(files).height, 3);
    },
  ));

Deno.test("downloadTrips() never mixes with generated files nor removes what is not to be replaced", async (t) => {
  const rows = [...trips("2023-01-01", 3), ...trips("2023-02-01", 4)];
  await t.step(
    "generated files stay until real ones have come",
    () =>
      withPortal({ [OLD]: rows }, async (portal, dir, download) => {
        await generateTrips({ rows: 100, dir });
        const before = names(dir);
        await assertRejects(
          download,
          LakehouseError,
          "a generated file, and real",
        );
        assertEquals(names(dir), before);
        portal.faults = Array(7).fill(() => new Response("", { status: 500 }));
        await assertRejects(() => download({ replace: true }), LakehouseError);
        assertEquals(names(dir), before);
        await download({ replace: true });
        assertEquals(names(dir), ["_downloaded.json", "portal-00000.parquet"]);
      }),
  );
  await t.step(
    "the generator refuses a folder with a download",
    () =>
      withPortal({ [OLD]: rows }, async (_portal, dir, download) => {
        await download();
        await assertRejects(
          () => generateTrips({ rows: 100, dir }),
          LakehouseError,
          "portal-00000.parquet",
        );
        assertEquals(names(dir), ["_downloaded.json", "portal-00000.parquet"]);
      }),
  );
  await t.step(
    "a Parquet file of somebody else",
    () =>
      withPortal({ [OLD]: rows }, async (_portal, dir, download) => {
        await Deno.writeTextFile(`${dir}/mine.parquet`, "mine");
        await Deno.writeTextFile(`${dir}/notes.txt`, "notes");
        for (const replace of [false, true]) {
          await assertRejects(
            () => download({ replace }),
            LakehouseError,
            "mine.parquet",
          );
        }
        assertEquals(names(dir), ["mine.parquet", "notes.txt"]);
      }),
  );
  await t.step(
    "another download, complete or not",
    () =>
      withPortal({ [OLD]: rows }, async (portal, dir, download) => {
        await Deno.writeTextFile(`${dir}/notes.txt`, "notes");
        await download();
        const february = { months: "2023-02", rowsPerRequest: 3 };
        await assertRejects(
          () => download(february),
          LakehouseError,
          "another download (source http://",
        );
        const fail = () => new Response("", { status: 500 });
        portal.faults = [
          () => undefined,
          () => undefined,
          ...Array(7).fill(fail),
        ];
        await assertRejects(
          () => download({ ...february, replace: true }),
          LakehouseError,
          "answered 500",
        );
        await assertRejects(download, LakehouseError, "an unfinished download");
        const { fetched, files } = await download({
          ...february,
          replace: true,
        });
        assertEquals([fetched, read(files).height], [1, 4]);
        assertEquals(names(dir), [
          "_downloaded.json",
          "notes.txt",
          "portal-00000.parquet",
        ]);
      }),
  );
  await t.step(
    "one that is running",
    () =>
      withPortal({ [OLD]: rows }, async (portal, _dir, download) => {
        const late = Promise.withResolvers<Response>();
        const asked = Promise.withResolvers<void>();
        portal.faults = [() => {
          asked.resolve();
          return late.promise;
        }];
        const first = download();
        await asked.promise;
        await assertRejects(download, LakehouseError, "a download (process");
        late.resolve(new Response("", { status: 500 }));
        assertEquals((await first).rows, 3);
      }),
  );
});

for (
  const [months, why] of [
    ["2023", "months are written"],
    ["2023-13", "months are written"],
    ["2023-01..", "months are written"],
    ["2023-01..2023-02..2023-03", "months are written"],
    ["2012-12", "begin with 2013-01"],
    ["2023-03..2023-01", "ends before it begins"],
    ["2023-01..9999-01", "in the future"],
  ]
) {
  Deno.test(`downloadTrips() refuses the months "${months}"`, () =>
    withPortal({}, async (portal, dir, download) => {
      await assertRejects(
        () => download({ months: months! }),
        LakehouseError,
        why!,
      );
      assertEquals([portal.requests, names(dir)], [[], []]);
    }));
}

for (const rows of [0, -1, 1.5, NaN]) {
  Deno.test(`downloadTrips() refuses ${rows} trips`, () =>
    withPortal({}, async (_portal, dir, download) => {
      await assertRejects(() => download({ rows }), LakehouseError, "rows");
      assertEquals(names(dir), []);
    }));
}

Deno.test("the task refuses --rows that are no number, and quotes them", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${PROJECT_DIR}/tasks/download/main.ts`, "--rows=many"],
  }).output();
  assertEquals(code, 1);
  assertStringIncludes(
    new TextDecoder().decode(stderr),
    'Cannot download "many" million rows',
  );
});

Deno.test("downloadTrips() refuses an address that is no bucket, and a bucket without keys", async () => {
  const refused = async (options: DownloadOptions, message: string) => {
    await assertRejects(
      () =>
        downloadTrips({ dir: "/nowhere", onProgress: () => {}, ...options }),
      LakehouseError,
      message,
    );
  };
  await withEnv({ GCS_ACCESS_KEY: "", GCS_SECRET_KEY: "" }, async () => {
    await refused({ from: "https://example.org/a" }, "gs://bucket/folder");
    await refused({ from: "gs://" }, "gs://bucket/folder");
    await refused({ from: "gs://trips" }, "GCS_ACCESS_KEY is not set");
    await refused({ from: "gs://trips", rows: 5 }, "copied as they are");
  });
  await withEnv(
    { PORTAL_URI: "nowhere" },
    () => refused({ months: "2023-01" }, 'Cannot use PORTAL_URI "nowhere"'),
  );
});

Deno.test("downloadTrips() believes Google's checksum, and entity tags elsewhere", async () => {
  const body = new TextEncoder().encode("0123456789");
  const md5 = createHash("md5").update(body).digest();
  const etag = "0".repeat(32);
  const asked: string[] = [];
  let hash: string | undefined;
  await using http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, searchParams } = new URL(request.url);
      asked.push(pathname);
      if (pathname.endsWith(".parquet")) {
        return new Response(body, {
          headers: {
            etag: `"${etag}"`,
            ...(hash ? { "x-goog-hash": hash } : {}),
          },
        });
      }
      // Two pages with an object each.
      const isFirst = !searchParams.has("continuation-token");
      return new Response(
        `<?xml version="1.0"?><ListBucketResult>
          <Contents><Key>a/${isFirst ? 1 : 2}.parquet</Key><Size>10</Size>
          <ETag>&quot;${etag}&quot;</ETag></Contents>${
          isFirst ? "<NextContinuationToken>2</NextContinuationToken>" : ""
        }</ListBucketResult>`,
        { headers: { "content-type": "application/xml" } },
      );
    },
  );
  const dir = await Deno.makeTempDir();
  const env = {
    GCS_ENDPOINT: `http://127.0.0.1:${http.addr.port}`,
    GCS_ACCESS_KEY: "access",
    GCS_SECRET_KEY: "secret",
  };
  const download = (from: string) =>
    withEnv(env, () =>
      downloadTrips({
        from,
        dir: `${dir}/${from.length}`,
        retryWaitMs: 1,
        onProgress: () => {},
      }));
  try {
    hash = `crc32c=AAAAAA==, md5=${md5.toString("base64")}`;
    assertEquals((await download("gs://trips/a/")).fetched, 2);
    assertEquals(asked.toSorted().slice(-2), [
      "/trips/a/1.parquet",
      "/trips/a/2.parquet",
    ]);
    hash = "crc32c=AAAAAA==";
    assertEquals((await download("s3://trips/a//")).files.length, 2);
    for (const wrong of [`md5=${btoa("another hash, 16")}`, undefined]) {
      hash = wrong;
      await assertRejects(
        () => download("gs://trips/a///"),
        LakehouseError,
        "came with other bytes than it has",
      );
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("downloadTrips() lets no entity tag name a path", async () => {
  const body = new TextEncoder().encode("0123456789");
  const dir = await Deno.makeTempDir();
  // As a hostile store might answer, and as Azure does.
  const tags = [`x/../../../../..${dir}/home/.profile`, "0x8D/+=="];
  await Deno.mkdir(`${dir}/home`);
  for (const [index, etag] of tags.entries()) {
    await using http = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) =>
        new URL(request.url).pathname.endsWith(".parquet")
          ? new Response(body, { headers: { etag: `"${etag}"` } })
          : new Response(
            `<?xml version="1.0"?><ListBucketResult>
            <Contents><Key>a/1.parquet</Key><Size>10</Size>
            <ETag>&quot;${etag}&quot;</ETag></Contents></ListBucketResult>`,
            { headers: { "content-type": "application/xml" } },
          ),
    );
    const env = {
      GCS_ENDPOINT: `http://127.0.0.1:${http.addr.port}`,
      GCS_ACCESS_KEY: "access",
      GCS_SECRET_KEY: "secret",
    };
    const { fetched } = await withEnv(env, () =>
      downloadTrips({
        from: "gs://trips/a/",
        dir: `${dir}/${index}`,
        retryWaitMs: 1,
        onProgress: () => {},
      }));
    assertEquals(fetched, 1);
    assertEquals([...Deno.readDirSync(`${dir}/home`)], []);
  }
  await Deno.remove(dir, { recursive: true });
});
