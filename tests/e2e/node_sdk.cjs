// Sends three spans of one trace per exporter: gRPC, HTTP with JSON, HTTP with protobuf. Prints their ids as JSON.
//   node node_sdk.cjs http://GRPC http://HTTP
const { ROOT_CONTEXT, SpanStatusCode, trace } = require("@opentelemetry/api");
const { resourceFromAttributes } = require("@opentelemetry/resources");
const { BatchSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
const grpc = require("@opentelemetry/exporter-trace-otlp-grpc");
const json = require("@opentelemetry/exporter-trace-otlp-http");
const proto = require("@opentelemetry/exporter-trace-otlp-proto");

const [grpcUrl, httpUrl] = process.argv.slice(2);
const exporters = {
  grpc: new grpc.OTLPTraceExporter({ url: grpcUrl }),
  json: new json.OTLPTraceExporter({ url: `${httpUrl}/v1/traces`, compression: "gzip" }),
  proto: new proto.OTLPTraceExporter({ url: `${httpUrl}/v1/traces` }),
};

async function send(name, exporter) {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": `node-${name}` }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("test", "1");
  const agent = tracer.startSpan("agent");
  const inside = trace.setSpan(ROOT_CONTEXT, agent);
  const call = tracer.startSpan("chat gpt-4o", { attributes: {
    "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 1200,
    "gen_ai.usage.output_tokens": 34, "text": "naïve 日本 🦜", "big": Number.MAX_SAFE_INTEGER, "share": 0.25, "yes": true,
    "list": ["a", "b"],
  } }, inside);
  call.addEvent("first token", { at: 3 });
  call.end();
  const tool = tracer.startSpan("tool", {}, inside);
  tool.recordException(new Error("no such order"));
  tool.setStatus({ code: SpanStatusCode.ERROR, message: "no such order" });
  tool.end();
  agent.end();
  await provider.forceFlush();
  await provider.shutdown();
  return [agent, call, tool].map((span) => span.spanContext().spanId);
}

(async () => {
  const sent = {};
  for (const [name, exporter] of Object.entries(exporters)) sent[name] = await send(name, exporter);
  console.log(JSON.stringify(sent));
})();
