// Says of texts whether they are JSON that satisfies a schema: {schema, text} a line comes in, true or false a line goes
// out; "unknown" where the validator does not take the schema.
import { createInterface } from "node:readline";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

for await (const line of createInterface({ input: process.stdin })) {
  const { schema, text } = JSON.parse(line);
  let validate;
  try {
    const ajv = new Ajv({ strict: false, validateSchema: false });
    addFormats(ajv);
    validate = ajv.compile(schema);
  } catch {
    console.log("unknown");
    continue;
  }
  try {
    console.log(validate(JSON.parse(text)));
  } catch {
    console.log(false);
  }
}
