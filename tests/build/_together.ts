/** How many runs go on at once: a run waits for its processes most of the time. */
const AT_ONCE = 4;

/**
 * Does the same with several things, some at a time. All of it is over when this resolves or rejects,
 * so that what one of them leaves cannot reach into the next test.
 *
 * @throws {Error} the first that was thrown.
 */
export async function together<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      try {
        await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (errors.length > 0) throw errors[0];
}
