import Anthropic from '@anthropic-ai/sdk';
import { failureOf, requestsDuring } from './watch.mjs';

// This SDK's base URL is the server, to which it adds /v1 itself.
const [api, limitedApi, endlessApi] = process.argv.slice(2).map((url) => url.replace(/\/v1\/?$/, ''));
const apiKey = 'none';
const client = new Anthropic({ baseURL: api, apiKey });
const limited = new Anthropic({ baseURL: limitedApi, apiKey });
const endless = new Anthropic({ baseURL: endlessApi, apiKey });
const message = { model: 'igla-7b', max_tokens: 50, messages: [{ role: 'user', content: 'Hello!' }] };
const seen = {};

// How much of a prompt came from the cache is not what this is about.
const charge = (usage) => ({ input: usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens, output: usage.output_tokens });

const whole = await client.messages.create({ ...message, system: 'Be kind.', temperature: 0, metadata: { user_id: 'someone' } });
seen.create = { ...whole, id: /^msg_/.test(whole.id), hasRequestId: /^req_/.test(whole._request_id), usage: charge(whole.usage) };

const limitedLength = await client.messages.create({ ...message, max_tokens: 3 });
seen.limited = { content: limitedLength.content, stop: limitedLength.stop_reason };
const stopped = await client.messages.create({ ...message, stop_sequences: [' am'] });
seen.stopped = { content: stopped.content, stop: stopped.stop_reason, sequence: stopped.stop_sequence };

seen.stream = [];
for await (const event of await client.messages.create({ ...message, stream: true })) {
  if (event.type === 'message_start') event.message = { ...event.message, id: /^msg_/.test(event.message.id), usage: charge(event.message.usage) };
  seen.stream.push(event);
}

const helper = client.messages.stream(message);
const pieces = [];
helper.on('text', (piece) => pieces.push(piece));
const final = await helper.finalMessage();
seen.helper = { pieces, text: await helper.finalText(), content: final.content, stop: final.stop_reason, usage: charge(final.usage) };

const conversation = [...message.messages, { role: 'assistant', content: final.content }, { role: 'user', content: [{ type: 'text', text: 'And again?' }] }];
const counted = await client.messages.countTokens({ model: 'igla-7b', messages: conversation });
const charged = await client.messages.create({ ...message, messages: conversation });
seen.count = { counted, charged: charge(charged.usage).input };

const models = [];
for await (const model of client.models.list()) models.push(model.id);
seen.models = models;

const describe = (error) => ({ name: error.constructor.name, status: error.status, type: error.error?.error?.type, hasRequestId: /^req_/.test(error.requestID) });
seen.notFound = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.messages.create({ ...message, model: 'gpt-0' }));
  return { is: error instanceof Anthropic.NotFoundError, ...describe(error) };
});
seen.badRequest = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.messages.create({ ...message, temperature: 9 }));
  return { is: error instanceof Anthropic.BadRequestError, ...describe(error) };
});
seen.badStream = await requestsDuring(api, async () => describe(await failureOf(() => client.messages.stream({ ...message, messages: [] }).finalMessage())));
seen.rateLimit = await requestsDuring(api, async () => {
  const error = await failureOf(() => limited.messages.create(message));
  return { is: error instanceof Anthropic.RateLimitError, name: error.constructor.name, status: error.status };
});

// One slot: what comes after an abort is answered only if the slot was freed.
const long = { ...message, max_tokens: 1_000_000 };
const next = async () => (await endless.messages.create({ ...message, max_tokens: 3 })).content[0].text;
const stream = await endless.messages.create({ ...long, stream: true });
for await (const event of stream) {
  if (event.type === 'content_block_delta') stream.controller.abort();
}
seen.afterAbortedStream = await next();

const accumulating = endless.messages.stream(long);
accumulating.once('text', () => accumulating.abort());
seen.abortedHelper = (await failureOf(() => accumulating.finalMessage())) instanceof Anthropic.APIUserAbortError;
seen.afterAbortedHelper = await next();

const timedOut = await failureOf(() => endless.messages.create(long, { timeout: 200, maxRetries: 0 }));
seen.timedOut = timedOut instanceof Anthropic.APIConnectionTimeoutError;
seen.afterTimeout = await next();

console.log(JSON.stringify(seen));
