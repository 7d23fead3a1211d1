import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
} from "@std/assert";
import pl from "nodejs-polars";
import { LakehouseError } from "../core/errors.ts";
import { TRIP_COLUMNS } from "./data_set.ts";
import { generateTrips } from "./generate.ts";

const ROWS = 200_000;
type Trip = Record<string, number | string | Date | bigint | null>;

async function withTrips<T>(
  options: { rows: number; rowsPerFile?: number; seed?: number },
  body: (dir: string) => Promise<T> | T,
): Promise<T> {
  const dir = await Deno.makeTempDir();
  try {
    await generateTrips({ dir, ...options });
    return await body(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function read(dir: string): pl.DataFrame {
  const frames = [...Deno.readDirSync(dir)].map(({ name }) => name)
    .filter((name) => name.endsWith(".parquet")).sort()
    .map((name) => pl.readParquet(`${dir}/${name}`));
  return pl.concat(frames);
}

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))]!;
}

const share = <T>(items: T[], is: (item: T) => boolean): number =>
  items.filter(is).length / items.length;

Deno.test("generateTrips() writes trips as Chicago's public data has them", async (t) => {
  const frame = await withTrips({ rows: ROWS }, read);
  const trips = frame.toRecords() as Trip[];
  const year = (trip: Trip) =>
    (trip.trip_start_timestamp as Date).getUTCFullYear();
  // The published quantiles are those of 2013 to 2016.
  const early = trips.filter((trip) => year(trip) <= 2016);
  const numbers = (rows: Trip[], name: string) =>
    rows.map((trip) => Number(trip[name]));

  await t.step("all 23 columns, in order", () => {
    assertEquals(frame.columns, TRIP_COLUMNS.map(({ name }) => name));
    assertEquals(frame.height, ROWS);
  });
  await t.step("keys are 40 hex digits, each its own; taxis 128", () => {
    const keys = new Set(trips.map((trip) => trip.unique_key as string));
    assertEquals(keys.size, ROWS);
    assert(
      trips.every((trip) => /^[0-9a-f]{40}$/.test(String(trip.unique_key))),
    );
    assert(trips.every((trip) => /^[0-9a-f]{128}$/.test(String(trip.taxi_id))));
  });
  await t.step("times in order, in quarters of an hour", () => {
    const starts = trips.map((trip) => Number(trip.trip_start_timestamp));
    assert(starts.every((start, i) => i === 0 || start >= starts[i - 1]!));
    for (const name of ["trip_start_timestamp", "trip_end_timestamp"]) {
      assert(trips.every((trip) => Number(trip[name]) % 900_000 === 0), name);
    }
  });
  await t.step("yearly volume, with the drop of 2020", () => {
    const millions: Record<number, number> = {
      2013: 27.2,
      2014: 37.4,
      2015: 32.4,
      2016: 31.8,
      2017: 25,
      2018: 20.7,
      2019: 16.5,
      2020: 3.89,
      2021: 3.95,
      2022: 6.38,
      2023: 5.8,
    };
    const total = Object.values(millions).reduce((sum, value) => sum + value);
    for (const [name, value] of Object.entries(millions)) {
      const found = share(trips, (trip) => year(trip) === Number(name));
      assertAlmostEquals(found, value / total, 0.005, name);
    }
  });
  await t.step("hours and weekdays", () => {
    const hours = [
      [4, 1.3],
      [8, 3.5],
      [12, 5],
      [19, 6.7],
    ];
    for (const [hour, percent] of hours) {
      const found = share(
        early,
        (trip) => (trip.trip_start_timestamp as Date).getUTCHours() === hour,
      );
      assertAlmostEquals(found * 100, percent!, 0.6, `hour ${hour}`);
    }
    const friday = share(
      early,
      (trip) => (trip.trip_start_timestamp as Date).getUTCDay() === 5,
    );
    assertAlmostEquals(friday * 100, 16.7, 1);
  });
  await t.step("fares, miles and seconds", () => {
    const fares = numbers(early, "fare");
    const expected = [
      [0.25, 5.85, 0.8],
      [0.5, 7.85, 0.8],
      [0.75, 12.45, 1.5],
      [0.9, 27.9, 6],
      [0.99, 45.25, 6],
    ];
    for (const [at, value, tolerance] of expected) {
      assertAlmostEquals(quantile(fares, at!), value!, tolerance, `fare ${at}`);
    }
    const mean = fares.reduce((sum, fare) => sum + fare, 0) / fares.length;
    assertAlmostEquals(mean, 11.77, 1);
    const miles = numbers(early, "trip_miles");
    assertAlmostEquals(share(miles, (mile) => mile === 0), 0.27, 0.02);
    assertAlmostEquals(quantile(miles, 0.5), 1, 0.3);
    assertAlmostEquals(quantile(miles, 0.9), 7.4, 2.5);
    const seconds = numbers(early, "trip_seconds");
    assertAlmostEquals(quantile(seconds, 0.5), 540, 61);
    assertAlmostEquals(quantile(seconds, 0.95), 2160, 360);
    assert(seconds.every((second) => second % 60 === 0));
  });
  await t.step("payment and tips", () => {
    const cash = early.filter((trip) => trip.payment_type === "Cash");
    const card = early.filter((trip) => trip.payment_type === "Credit Card");
    assertAlmostEquals(cash.length / early.length, 0.661, 0.03);
    assertAlmostEquals(card.length / early.length, 0.332, 0.03);
    assert(cash.every((trip) => trip.tips === 0));
    assertAlmostEquals(
      share(card, (trip) => Number(trip.tips) > 0),
      0.95,
      0.01,
    );
    const ratios = card.filter((trip) => Number(trip.tips) > 0)
      .map((trip) => Number(trip.tips) / Number(trip.fare));
    assertAlmostEquals(quantile(ratios, 0.25), 0.197, 0.03);
    assertAlmostEquals(quantile(ratios, 0.5), 0.224, 0.03);
    assertAlmostEquals(quantile(ratios, 0.75), 0.311, 0.04);
    const later = trips.filter((trip) => year(trip) >= 2022);
    assert(
      share(later, (trip) => trip.payment_type === "Cash") < 0.5,
    );
    for (const trip of trips.slice(0, 5_000)) {
      const parts = ["fare", "tips", "tolls", "extras"]
        .reduce((sum, name) => sum + Number(trip[name]), 0);
      assertAlmostEquals(Number(trip.trip_total), parts, 1e-6);
    }
  });
  await t.step("areas, their locations, and nulls", () => {
    const located = early.filter((trip) => trip.pickup_community_area !== null);
    const areas = [
      [8, 32.7],
      [32, 22],
      [28, 8.6],
      [6, 7.9],
      [76, 6],
    ];
    for (const [area, percent] of areas) {
      const found = share(
        located,
        (trip) => Number(trip.pickup_community_area) === area,
      );
      assertAlmostEquals(found * 100, percent!, 1.5, `area ${area}`);
    }
    for (const side of ["pickup", "dropoff"]) {
      assert(trips.some((trip) => trip[`${side}_community_area`] === null));
      assert(trips.some((trip) => trip[`${side}_census_tract`] === null));
      for (const trip of trips.slice(0, 20_000)) {
        const location = trip[`${side}_location`];
        const point = `POINT (${trip[`${side}_longitude`]} ${
          trip[`${side}_latitude`]
        })`;
        assertEquals(
          location,
          trip[`${side}_latitude`] === null ? null : point,
        );
      }
    }
    const ohare = trips.filter((trip) =>
      Number(trip.pickup_community_area) === 76 && Number(trip.trip_miles) > 0
    );
    const median = quantile(numbers(ohare, "trip_miles"), 0.5);
    assertAlmostEquals(median, 17.5, 2);
  });
});

Deno.test("generateTrips() gives the same trips for the same arguments, others for another seed", async () => {
  const small = { rows: 3_000, rowsPerFile: 1_000 };
  const first = await withTrips(small, (dir) => read(dir).toRecords());
  const again = await withTrips(small, (dir) => read(dir).toRecords());
  const other = await withTrips(
    { ...small, seed: 7 },
    (dir) => read(dir).toRecords(),
  );
  assertEquals(first, again);
  assert(first[0]!.unique_key !== other[0]!.unique_key);
});

Deno.test("generateTrips() keeps files of the same arguments and replaces others", async () => {
  await withTrips({ rows: 2_000, rowsPerFile: 1_000 }, async (dir) => {
    const same = await generateTrips({ rows: 2_000, rowsPerFile: 1_000, dir });
    assertEquals([same.reused, same.files.length], [true, 2]);
    const fewer = await generateTrips({ rows: 500, rowsPerFile: 1_000, dir });
    assertEquals([fewer.reused, fewer.files.length], [false, 1]);
    assertEquals(read(dir).height, 500);
  });
});

Deno.test("generateTrips() beside another run is refused, and harms nothing", async () => {
  await withTrips({ rows: 1_000 }, async (dir) => {
    const first = generateTrips({ dir, rows: 50_000 });
    await assertRejects(
      () => generateTrips({ dir, rows: 2_000 }),
      LakehouseError,
      "the generator (process",
    );
    assertEquals((await first).rows, 50_000);
    assertEquals(read(dir).height, 50_000);
    // The lock is free again, and leaves no file.
    await generateTrips({ dir, rows: 2_000 });
    assertEquals(read(dir).height, 2_000);
    assert(![...Deno.readDirSync(dir)].some(({ name }) => name === ".lock"));
  });
});

Deno.test("generateTrips() touches no Parquet file it has not made", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/mine.parquet`, "mine");
    await assertRejects(
      () => generateTrips({ rows: 100, dir }),
      LakehouseError,
      "mine.parquet",
    );
    assertEquals(await Deno.readTextFile(`${dir}/mine.parquet`), "mine");
    assertEquals([...Deno.readDirSync(dir)].length, 1);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("generateTrips() leaves nothing half done when stopped, and runs again", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const controller = new AbortController();
    await assertRejects(
      () =>
        generateTrips({
          rows: 400_000,
          rowsPerFile: 50_000,
          dir,
          signal: controller.signal,
          onProgress: () => controller.abort(new Error("stopped by the test")),
        }),
      Error,
      "stopped by the test",
    );
    const left = [...Deno.readDirSync(dir)].map(({ name }) => name);
    assertEquals(left.filter((name) => name.endsWith(".parquet")), []);
    const { rows } = await generateTrips({ rows: 1_000, dir });
    assertEquals(rows, 1_000);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

for (const rows of [0, -1, NaN, 1.5, 1e13]) {
  Deno.test(`generateTrips() refuses ${rows} rows before it writes`, async () => {
    const dir = await Deno.makeTempDir();
    try {
      await assertRejects(() => generateTrips({ rows, dir }), LakehouseError);
      assertEquals([...Deno.readDirSync(dir)], []);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  });
}
