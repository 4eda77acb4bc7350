import text from "./default_template.txt" with { type: "text" };

/** The template that is used when the user has none of his own. */
export const DEFAULT_TEMPLATE: string = text;
