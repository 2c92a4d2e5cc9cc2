<?php
// Prints what the plugin in the folder of the first argument declares, as JSON; stands in for what of Moodle that needs.

namespace core_external {
    class external_api {
        public static function validate_parameters($description, $parameters) {
            return $parameters;
        }
        public static function validate_context($context) {
        }
    }
    class external_value {
        public function __construct(public $type, public $desc = '', public $required = VALUE_REQUIRED, public $default = null) {
        }
        public function told() {
            return ['type' => $this->type, 'required' => $this->required === VALUE_REQUIRED, 'default' => $this->default];
        }
    }
    class external_single_structure {
        public function __construct(public $keys, public $desc = '', public $required = VALUE_REQUIRED) {
        }
        public function told() {
            return ['keys' => array_map(fn($key) => $key->told(), $this->keys)];
        }
    }
    class external_function_parameters extends external_single_structure {
    }
    class external_multiple_structure {
        public function __construct(public $content, public $desc = '', public $required = VALUE_REQUIRED) {
        }
        public function told() {
            return ['list' => $this->content->told()];
        }
    }
}

namespace {
    define('MOODLE_INTERNAL', true);
    define('PARAM_RAW', 'raw');
    foreach (['VALUE_REQUIRED', 'VALUE_OPTIONAL', 'VALUE_DEFAULT'] as $number => $name) {
        define($name, $number);
    }
    foreach (['CAP_ALLOW', 'CONTEXT_SYSTEM', 'CONTEXT_COURSE', 'CONTEXT_MODULE'] as $name) {
        define($name, $name);
    }
    foreach (['RISK_XSS', 'RISK_PERSONAL', 'RISK_DATALOSS', 'RISK_CONFIG', 'RISK_SPAM'] as $number => $name) {
        define($name, 1 << $number);
    }

    $root = $argv[1];
    spl_autoload_register(function ($class) use ($root) {
        $path = $root . '/classes/' . str_replace(['mod_lticontainer\\', '\\'], ['', '/'], $class) . '.php';
        if (is_file($path)) {
            require_once($path);
        }
    });
    require($root . '/db/services.php');
    require($root . '/db/access.php');
    require($root . '/db/tasks.php');
    require($root . '/db/events.php');

    foreach ($functions as $name => $function) {
        $functions[$name]['parameters'] = $function['classname']::execute_parameters()->told();
    }
    echo json_encode([
        'services' => $services,
        'functions' => $functions,
        'capabilities' => $capabilities,
        'tasks' => array_map(fn($task) => [$task['classname'], class_file($root, $task['classname'])], $tasks),
        'callbacks' => array_map(fn($one) => [$one['callback'], class_file($root, explode('::', $one['callback'])[0])], $observers),
    ], JSON_THROW_ON_ERROR);

    function class_file($root, $class) {
        return is_file($root . '/classes/' . str_replace(['mod_lticontainer\\', '\\'], ['', '/'], $class) . '.php');
    }
}
