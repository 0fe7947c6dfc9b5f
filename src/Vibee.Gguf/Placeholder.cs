namespace Vibee.Gguf;
