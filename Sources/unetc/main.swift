print("unetc")
