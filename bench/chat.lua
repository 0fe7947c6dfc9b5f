-- For wrk: a chat whose answer is one token, or the mock's sentence.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"messages":[{"role":"user","content":"Hello!"}],"max_tokens":1,"temperature":0}'
