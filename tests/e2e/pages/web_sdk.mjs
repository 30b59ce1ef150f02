// The stock web SDK in a page: one span by each exporter; says their ids.
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { WebTracerProvider } from "@opentelemetry/sdk-trace-web";

const url = new URLSearchParams(location.search).get("http") + "/v1/traces";
const exporters = {
  json: new JsonExporter({ url }),
  proto: new ProtoExporter({ url }),
  headers: new JsonExporter({ url, headers: { "x-tenant_id": "4711" } }),
};
const sent = {};
for (const [name, exporter] of Object.entries(exporters)) {
  const provider = new WebTracerProvider({
    resource: resourceFromAttributes({ "service.name": `web-${name}` }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const span = provider.getTracer("test").startSpan("chat gpt-4o", { attributes: {
    "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 1200 } });
  span.end();
  await provider.forceFlush();
  await provider.shutdown();
  sent[name] = span.spanContext().spanId;
}
await fetch("/said", { method: "POST", body: JSON.stringify(sent) });
