// What the server counts, and what an SDK throws.

/** How many requests reach the server while an action runs. */
export async function requestsDuring(api, action) {
  const before = await requests(api);
  const outcome = await action();
  return { ...outcome, requests: (await requests(api)) - before };
}

/** What an action throws; it must throw. */
export async function failureOf(action) {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('It was expected to fail.');
}

async function requests(api) {
  const text = await (await fetch(new URL('/metrics', api))).text();
  return Number(/^igla_requests_total (\d+)$/m.exec(text)[1]);
}
