"""The traces page: filter, strip, facets, live list, one trace with its waterfall, what stands below it."""
