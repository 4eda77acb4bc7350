import type { Figure } from "./figure.ts";
import type { Stage } from "./stage.ts";

/** Figures that are taken together. */
export interface Group {
  readonly name: string;
  /** What it measures, for the help. */
  readonly about: string;
  /** Takes the figures; whatever it makes lies on the stage. */
  measure(stage: Stage): Promise<readonly Figure[]>;
}
