/**
 * Takes the errors that nobody has caught, of promises and of callbacks, each of which would otherwise end
 * the process on the spot.
 *
 * @returns gives them back to the runtime when disposed.
 */
export function onUncaught(take: (error: unknown) => void): Disposable {
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    take(event.reason);
  };
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    take(event.error);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return {
    [Symbol.dispose]: () => {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
    },
  };
}
