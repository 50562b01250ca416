/* The trainer: the model beside this file, and the library that runs it. */
#include "unetc_model.h"

int unetc_trainer_main(int argc, char **argv, const unetc_model *model);

int main(int argc, char **argv) { return unetc_trainer_main(argc, argv, unetc_model_get()); }
