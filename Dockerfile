# Everything that building and testing needs. Build once, then work in a mounted clone:
#   docker build -t onehead .
#   docker run --rm -it -v "$PWD":/onehead -p 5173:5173 onehead npm start -- --host
FROM debian:trixie-slim
COPY tools/debian-packages.txt /tmp/
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git nodejs npm \
      $(grep -v '^[#[]' /tmp/debian-packages.txt | sort -u) \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /onehead
CMD ["npm", "test"]
