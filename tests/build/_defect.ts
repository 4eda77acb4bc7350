/*
 * Loaded before iteratr's own main module: as soon as the file ITERATR_TEST_DEFECT is there, something goes
 * wrong that nobody catches, in the way that the file names.
 */
const path = Deno.env.get("ITERATR_TEST_DEFECT") ?? "";

const timer = setInterval(() => {
  const way = read();
  if (way === "") return;
  clearInterval(timer);
  const error = new Error("a defect that was put here");
  if (way === "callback") throw error;
  Promise.reject(error);
}, 10);
Deno.unrefTimer(timer);

function read(): string {
  try {
    return Deno.readTextFileSync(path).trim();
  } catch {
    return "";
  }
}
