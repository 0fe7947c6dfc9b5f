import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, RetryError, generateText, streamText } from 'ai';
import { failureOf, requestsDuring } from './watch.mjs';

const [api, limitedApi, endlessApi] = process.argv.slice(2);
const provider = (baseURL) => createOpenAICompatible({ name: 'vibee', baseURL, includeUsage: true });
const vibee = provider(api);
const model = vibee('igla-7b');
const endless = provider(endlessApi)('igla-7b');
const prompt = 'Hello!';
const seen = {};

const whole = await generateText({ model, prompt, temperature: 0, seed: 7, stopSequences: ['never'] });
seen.generate = { text: whole.text, finish: whole.finishReason, outputTokens: whole.usage.outputTokens, warnings: whole.warnings };

const stream = streamText({ model, prompt });
const pieces = [];
for await (const piece of stream.textStream) pieces.push(piece);
const usage = await stream.usage;
seen.stream = { pieces, finish: await stream.finishReason, sameUsage: usage.totalTokens === whole.usage.totalTokens };

const conversation = [
  { role: 'user', content: prompt },
  { role: 'assistant', content: whole.text },
  { role: 'user', content: [{ type: 'text', text: 'And again?' }] },
];
seen.conversation = (await generateText({ model, messages: conversation, maxOutputTokens: 3 })).text;
seen.completion = (await generateText({ model: vibee.completionModel('igla-7b'), prompt, maxOutputTokens: 3 })).text;

const describe = (error) => ({ is: APICallError.isInstance(error), status: error.statusCode, isRetryable: error.isRetryable, param: error.data?.error.param });
seen.notFound = await requestsDuring(api, async () => describe(await failureOf(() => generateText({ model: vibee('gpt-0'), prompt }))));
seen.badRequest = await requestsDuring(api, async () => describe(await failureOf(() => generateText({ model, prompt, temperature: 9 }))));
seen.rateLimit = await requestsDuring(api, async () => {
  const error = await failureOf(() => generateText({ model: provider(limitedApi)('igla-7b'), prompt, maxRetries: 1 }));
  return { is: RetryError.isInstance(error), status: error.lastError.statusCode };
});

// One slot: what comes after an abort is answered only if the slot was freed.
const leaving = new AbortController();
const abandoned = streamText({ model: endless, prompt, abortSignal: leaving.signal });
for await (const piece of abandoned.textStream) {
  if (piece) leaving.abort();
}
seen.afterAbort = (await generateText({ model: endless, prompt, maxOutputTokens: 3 })).text;

console.log(JSON.stringify(seen));
