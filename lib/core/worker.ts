/**
 * Native libraries in a worker.
 *
 * While an asynchronous call of a native library is under way, Deno 2.8.1 can
 * lose timers of the event loop that made the call, and with them time limits,
 * progress and the program itself. So such libraries have a loop of their own.
 *
 * @module
 */

/** A worker that answers requests. */
export interface Asked<Request, Answer> extends Disposable {
  /**
   * Sends a request.
   *
   * @returns Its number, and the answer, which fails with the worker's message.
   */
  ask(request: Request): { id: number; answer: Promise<Answer> };
}

/**
 * Starts a worker whose module calls {@linkcode serveRequests}; it ends with its
 * disposal.
 *
 * @param crash What answers fail with when the worker is gone, or never came up.
 */
export function startWorker<Request, Answer>(
  url: URL,
  crash: (message: string) => Error = (message) => new Error(message),
): Asked<Request, Answer> {
  const worker = new Worker(url, { type: "module" });
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let [last, gone] = [0, undefined as Error | undefined];
  worker.onmessage = ({ data: { id, answer, error } }) => {
    const request = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) request?.resolve(answer);
    else request?.reject(new Error(error));
  };
  worker.onerror = (event) => {
    // Left alone, the event would end the whole program.
    event.preventDefault();
    gone = crash(event.message);
    for (const { reject } of waiting.values()) reject(gone);
    waiting.clear();
  };
  return {
    ask(request) {
      const reply = Promise.withResolvers<Answer>();
      const id = ++last;
      if (gone) reply.reject(gone);
      else {
        waiting.set(id, reply);
        worker.postMessage({ id, request });
      }
      return { id, answer: reply.promise };
    },
    [Symbol.dispose]: () => worker.terminate(),
  };
}

/** Answers the requests of {@linkcode startWorker}, in the worker's own module. */
export function serveRequests<Request, Answer>(
  answer: (request: Request, id: number) => Answer | Promise<Answer>,
): void {
  self.onmessage = async ({ data: { id, request } }: MessageEvent) => {
    try {
      self.postMessage({ id, answer: await answer(request, id) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      self.postMessage({ id, error: message });
    }
  };
}
