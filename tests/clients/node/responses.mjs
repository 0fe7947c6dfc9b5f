import OpenAI from 'openai';
import { failureOf, requestsDuring } from './watch.mjs';

const [api, limitedApi, endlessApi] = process.argv.slice(2);
const apiKey = 'none';
const client = new OpenAI({ baseURL: api, apiKey });
const limited = new OpenAI({ baseURL: limitedApi, apiKey });
const endless = new OpenAI({ baseURL: endlessApi, apiKey });
const request = { model: 'igla-7b', input: 'Hello!' };
const seen = {};

const whole = await client.responses.create({ ...request, instructions: 'Be kind.', temperature: 0, store: false, metadata: { a: 'b' } });
seen.create = {
  id: /^resp_/.test(whole.id),
  status: whole.status,
  text: whole.output_text,
  types: whole.output.map((item) => item.type),
  instructions: whole.instructions,
  metadata: whole.metadata,
  outputTokens: whole.usage.output_tokens,
};

const cut = await client.responses.create({ ...request, max_output_tokens: 3 });
seen.limited = { status: cut.status, why: cut.incomplete_details, text: cut.output_text };

const events = [];
for await (const event of await client.responses.create({ ...request, stream: true })) events.push(event);
seen.stream = {
  types: events.map((event) => event.type),
  numbers: events.every((event, i) => event.sequence_number === i),
  text: events.filter((event) => event.type === 'response.output_text.delta').map((event) => event.delta).join(''),
  final: events.at(-1).response.output[0].content[0].text,
};

const helper = client.responses.stream(request);
const pieces = [];
helper.on('response.output_text.delta', (event) => pieces.push(event.delta));
const final = await helper.finalResponse();
seen.helper = { pieces, text: final.output_text, status: final.status };

const conversation = await client.responses.create({
  ...request,
  input: [{ role: 'user', content: 'Hello!' }, ...final.output, { role: 'user', content: [{ type: 'input_text', text: 'And again?' }] }],
});
seen.conversation = { text: conversation.output_text, longer: conversation.usage.input_tokens > whole.usage.input_tokens };
const counted = await client.responses.inputTokens.count(request);
seen.count = { counted: counted.input_tokens, charged: final.usage.input_tokens };

const describe = (error) => ({ name: error.constructor.name, status: error.status, param: error.param, code: error.code, type: error.type });
seen.notFound = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.responses.create({ ...request, model: 'gpt-0' }));
  return { is: error instanceof OpenAI.NotFoundError, ...describe(error) };
});
seen.badRequest = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.responses.create({ ...request, previous_response_id: 'resp_1' }));
  return { is: error instanceof OpenAI.BadRequestError, ...describe(error) };
});
seen.badStream = await requestsDuring(api, async () => describe(await failureOf(() => client.responses.create({ ...request, input: [], stream: true }))));
seen.rateLimit = await requestsDuring(api, async () => {
  const error = await failureOf(() => limited.responses.create(request));
  return { is: error instanceof OpenAI.RateLimitError, ...describe(error) };
});

// One slot: what comes after an abort is answered only if the slot was freed.
const next = async () => (await endless.responses.create({ ...request, max_output_tokens: 3 })).output_text;
const stream = await endless.responses.create({ ...request, stream: true });
for await (const event of stream) {
  if (event.type === 'response.output_text.delta') stream.controller.abort();
}
seen.afterAbortedStream = await next();

const accumulating = endless.responses.stream(request);
accumulating.once('response.output_text.delta', () => accumulating.abort());
seen.abortedHelper = (await failureOf(() => accumulating.finalResponse())) instanceof OpenAI.APIUserAbortError;
seen.afterAbortedHelper = await next();

const timedOut = await failureOf(() => endless.responses.create(request, { timeout: 200, maxRetries: 0 }));
seen.timedOut = timedOut instanceof OpenAI.APIConnectionTimeoutError;
seen.afterTimeout = await next();

console.log(JSON.stringify(seen));
