import OpenAI from 'openai';
import { failureOf, requestsDuring } from './watch.mjs';

const [api] = process.argv.slice(2);
const client = new OpenAI({ baseURL: api, apiKey: 'none' });
const request = { model: 'igla-7b', input: ['The dog ran to the park.', 'The cat ran in the garden.', 'Mom made a yummy cake.'] };
const seen = {};

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

// Asked for nothing, the SDK asks for base64 and decodes it.
const answer = await client.embeddings.create(request);
const vectors = answer.data.map((item) => item.embedding);
seen.create = {
  object: answer.object,
  model: answer.model,
  indices: answer.data.map((item) => item.index),
  lengths: vectors.map((vector) => vector.length),
  unit: vectors.every((vector) => Math.abs(dot(vector, vector) - 1) < 1e-5),
  animalsAreAlike: dot(vectors[0], vectors[1]) > dot(vectors[0], vectors[2]),
  allTokensAreThePrompts: answer.usage.prompt_tokens === answer.usage.total_tokens && answer.usage.prompt_tokens > 0,
};

const floats = await client.embeddings.create({ ...request, encoding_format: 'float' });
seen.floatsAreTheSame = floats.data.every((item, i) => item.embedding.every((value, j) => Math.abs(value - vectors[i][j]) < 1e-6));

seen.tooLong = await requestsDuring(api, async () => {
  const error = await failureOf(() => client.embeddings.create({ ...request, input: 'dog '.repeat(600) }));
  return { is: error instanceof OpenAI.BadRequestError, param: error.param, code: error.code };
});

console.log(JSON.stringify(seen));
