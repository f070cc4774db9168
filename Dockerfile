# Two stages: the compiler stays behind. Configuration is mounted at /etc/llmgw, the ledger lives in the volume.
#
#   docker build -t llmgw .
#   docker run --rm llmgw demo
#   docker run -v "$PWD/my-config:/etc/llmgw:ro" -v llmgw-ledger:/var/lib/llmgw -p 127.0.0.1:8080:8080 llmgw

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libcurl4-openssl-dev libsqlite3-dev libssl-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /llmgw
COPY Package.swift ./
COPY Sources Sources
# The price book is a part of the program: `llmgw init` writes it.
COPY config config
# SwiftPM looks for the folder of every target that Package.swift names.
COPY Tests Tests
RUN swift build -c release --product llmgw --static-swift-stdlib \
    && install -D -m 0755 "$(swift build -c release --show-bin-path)/llmgw" /out/llmgw

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcurl4 libsqlite3-0 libssl3 zlib1g tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --home-dir /var/lib/llmgw llmgw \
    && install -d -m 0700 -o llmgw -g llmgw /var/lib/llmgw
COPY --from=build /out/llmgw /usr/local/bin/llmgw
ENV LLMGW_CONFIG=/etc/llmgw/gateway.yaml
USER llmgw
WORKDIR /var/lib/llmgw
VOLUME /var/lib/llmgw
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["llmgw"]
CMD ["serve"]
