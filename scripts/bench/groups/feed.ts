import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { quantile } from "../samples.ts";
import { seed } from "../seed.ts";

/** How late somebody who watches a run from another process sees what happens. */
export const feedGroup: Group = {
  name: "feed",
  about: "from an event's begin in one process to its arrival in another, by a bare file",
  measure: async (stage) => {
    const directory = stage.path("feed");
    const bare = stage.path("bare");
    await Deno.mkdir(bare);
    await seed(directory, 0);
    const follower = stage.start("feed_follower.ts", directory, bare);
    await follower.printed(1);
    await stage.start("feed_writer.ts", directory, bare).finish("by itself");
    const lines = (await follower.finish("asked")).map((line) => line.split(" "));
    const ages = (kind: string): readonly number[] =>
      lines.flatMap(([name, ms]) => name === kind ? [Number(ms)] : []);
    const floor = ages("bare");
    return [
      ...toFigures("a file, synced and told by watchFs", floor),
      ...toFigures("an event now and then", ages("paced"), floor),
      ...toFigures("one event after another", ages("streamed"), floor),
    ];
  },
};

function toFigures(
  name: string,
  ages: readonly number[],
  floor?: readonly number[],
): readonly Figure[] {
  const late = quantile(ages, 0.95);
  const ratio = (value: number, share: number): Partial<Figure> =>
    floor === undefined ? {} : { ratio: value / quantile(floor, share), baseline: "such a file's" };
  return [
    { name, unit: "ms", values: ages, ...ratio(quantile(ages, 0.5), 0.5) },
    { name: "  its 95th percentile", unit: "ms", values: [late], ...ratio(late, 0.95) },
  ];
}
