import OpenAI from 'openai';
import { failureOf, requestsDuring } from './watch.mjs';

const [api, limitedApi, endlessApi] = process.argv.slice(2);
const apiKey = 'none';
const client = new OpenAI({ baseURL: api, apiKey });
const limited = new OpenAI({ baseURL: limitedApi, apiKey });
const endless = new OpenAI({ baseURL: endlessApi, apiKey });
const chat = { model: 'igla-7b', messages: [{ role: 'user', content: 'Hello!' }] };
const prompt = { model: 'igla-7b', prompt: 'Hello', max_tokens: 3 };
const seen = {};

// How much of a prompt came from the cache is not what this is about.
const tokens = (usage) => JSON.stringify({ ...usage, prompt_tokens_details: undefined });

const whole = await client.chat.completions.create(chat);
seen.create = {
  object: whole.object,
  choices: whole.choices,
  completionTokens: whole.usage.completion_tokens,
  hasRequestId: /^req_/.test(whole._request_id),
};

const chunks = [];
for await (const chunk of await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: true } })) {
  chunks.push(chunk);
}
seen.stream = {
  deltas: chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta)),
  finish: chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason)).filter(Boolean),
  sameUsage: tokens(chunks.at(-1).usage) === tokens(whole.usage),
};

const helper = client.chat.completions.stream({ ...chat, n: 2, stream_options: { include_usage: true } });
const pieces = [];
helper.on('content', (piece) => pieces.push(piece));
const final = await helper.finalChatCompletion();
seen.helper = {
  choices: final.choices.map(({ index, message, finish_reason }) => ({ index, role: message.role, content: message.content, finish_reason })),
  pieces: pieces.filter(Boolean).length,
  completionTokens: (await helper.totalUsage()).completion_tokens,
};

const completion = await client.completions.create(prompt);
seen.completion = { object: completion.object, choices: completion.choices };
let text = '';
for await (const chunk of await client.completions.create({ ...prompt, stream: true })) text += chunk.choices[0].text;
seen.completionStream = text;

const models = [];
for await (const model of client.models.list()) models.push(model.id);
seen.models = models;

const describe = (error) => ({ name: error.constructor.name, status: error.status, param: error.param, code: error.code, type: error.type });
seen.notFound = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.chat.completions.create({ ...chat, model: 'gpt-0' }));
  return { is: error instanceof OpenAI.NotFoundError, ...describe(error) };
});
seen.badRequest = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.chat.completions.create({ ...chat, temperature: 9 }));
  return { is: error instanceof OpenAI.BadRequestError, ...describe(error) };
});
seen.badStream = await requestsDuring(api, async () => describe(await failureOf(() => client.chat.completions.create({ ...chat, messages: [], stream: true }))));
seen.rateLimit = await requestsDuring(api, async () => {
  const error = await failureOf(() => limited.chat.completions.create(chat));
  return { is: error instanceof OpenAI.RateLimitError, ...describe(error) };
});

// One slot: what comes after an abort is answered only if the slot was freed.
const next = async () => (await endless.chat.completions.create({ ...chat, max_tokens: 3 })).choices[0].message.content;
const stream = await endless.chat.completions.create({ ...chat, stream: true });
for await (const chunk of stream) {
  if (chunk.choices[0].delta.content) stream.controller.abort();
}
seen.afterAbortedStream = await next();

const accumulating = endless.chat.completions.stream(chat);
accumulating.once('content', () => accumulating.abort());
const aborted = await failureOf(() => accumulating.finalChatCompletion());
seen.abortedHelper = aborted instanceof OpenAI.APIUserAbortError;
seen.afterAbortedHelper = await next();

const timedOut = await failureOf(() => endless.chat.completions.create(chat, { timeout: 200, maxRetries: 0 }));
seen.timedOut = timedOut instanceof OpenAI.APIConnectionTimeoutError;
seen.afterTimeout = await next();

console.log(JSON.stringify(seen));
