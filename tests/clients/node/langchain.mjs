import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatOpenAI, OpenAI } from '@langchain/openai';
import { failureOf, requestsDuring } from './watch.mjs';

const [api, limitedApi, endlessApi] = process.argv.slice(2);
const chat = (baseURL, fields) => new ChatOpenAI({ model: 'igla-7b', apiKey: 'none', configuration: { baseURL }, ...fields });
const model = chat(api);
const endless = chat(endlessApi);
const messages = [new SystemMessage('Be kind.'), new HumanMessage('Hello!')];
const seen = {};

const whole = await model.invoke(messages);
seen.invoke = {
  content: whole.content,
  finish: whole.response_metadata.finish_reason,
  model: whole.response_metadata.model_name,
  outputTokens: whole.usage_metadata.output_tokens,
};

const pieces = [];
let sum;
for await (const piece of await model.stream(messages)) {
  pieces.push(piece.content);
  sum = sum ? sum.concat(piece) : piece;
}
seen.stream = {
  pieces: pieces.filter(Boolean),
  content: sum.content,
  finish: sum.response_metadata.finish_reason,
  sameUsage: sum.usage_metadata.output_tokens === whole.usage_metadata.output_tokens,
};

seen.batch = (await model.batch([messages, messages, messages])).map((answer) => answer.content);
seen.limited = (await chat(api, { maxTokens: 3, stop: ['never'], temperature: 0 }).invoke(messages)).content;

const completion = new OpenAI({ model: 'igla-7b', apiKey: 'none', maxTokens: 3, configuration: { baseURL: api } });
seen.completion = await completion.invoke('Hello');
let text = '';
for await (const piece of await completion.stream('Hello')) text += piece;
seen.completionStream = text;

seen.notFound = await requestsDuring(api, async () => {
  const error = await failureOf(() => chat(api, { model: 'gpt-0' }).invoke(messages));
  return { name: error.constructor.name, status: error.status, param: error.param };
});
seen.badRequest = await requestsDuring(api, async () => {
  const error = await failureOf(() => chat(api, { temperature: 9 }).invoke(messages));
  return { name: error.constructor.name, status: error.status, param: error.param };
});
seen.rateLimit = await requestsDuring(api, async () => {
  const error = await failureOf(() => chat(limitedApi, { maxRetries: 1 }).invoke(messages));
  return { status: error.status };
});

// One slot: what comes after an abort is answered only if the slot was freed.
const leaving = new AbortController();
await failureOf(async () => {
  for await (const piece of await endless.stream(messages, { signal: leaving.signal })) {
    if (piece.content) leaving.abort();
  }
});
seen.afterAbort = (await chat(endlessApi, { maxTokens: 3 }).invoke(messages)).content;

for await (const piece of await endless.stream(messages)) {
  if (piece.content) break;
}
seen.afterBreak = (await chat(endlessApi, { maxTokens: 3 }).invoke(messages)).content;

console.log(JSON.stringify(seen));
