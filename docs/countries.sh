#!/bin/sh
# Makes scenarios/page/assets/countries.json: the four countries and the land around them, simplified
# to what a picture of a few hundred pixels can show. Within these edges the outlines of 1945-80 are
# those of today's successors together. From the public-domain outlines of Natural Earth
# (1:50 million), as the npm package world-atlas has them, by mapshaper; both are needed here alone.
#   npm install world-atlas@2 mapshaper@0.7 && sh docs/countries.sh
set -eu
PATH="$PWD/node_modules/.bin:$PATH"
mapshaper -i node_modules/world-atlas/countries-50m.json -target countries -each '
  var of = {
    ussr: ["Russia", "Ukraine", "Belarus", "Moldova", "Lithuania", "Latvia", "Estonia", "Georgia",
      "Armenia", "Azerbaijan", "Kazakhstan", "Uzbekistan", "Turkmenistan", "Kyrgyzstan",
      "Tajikistan"],
    yugoslavia: ["Serbia", "Croatia", "Bosnia and Herz.", "Slovenia", "Macedonia", "Montenegro",
      "Kosovo"],
    china: ["China"],
    albania: ["Albania"],
  };
  var name = this.properties.name;
  country = Object.keys(of).find((key) => of[key].includes(name)) || "land"' \
  -clip bbox=-12,12,180,76 -dissolve country \
  -simplify weighted 5% keep-shapes -filter-islands min-area=20000km2 remove-empty \
  -proj +proj=aea +lat_1=25 +lat_2=60 +lat_0=40 +lon_0=75 \
  -affine scale=0.001 anchor=0,0 \
  -o "$(dirname "$0")/../scenarios/page/assets/countries.json" format=geojson precision=1
